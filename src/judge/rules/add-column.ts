import type { Change, Column } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Place, Rule } from '../rule.js'
import { isVolatile } from './functions.js'
import { isBusy, isKnownToCode, lockSeverity, named } from './tables.js'
import { alterTable, columnName, inTurn, madeName, typeName } from './words.js'

type AddColumn = Extract<Change, { kind: 'add column' }>

/** The column, where it is new to a table in use; one that is there already is left alone by IF NOT EXISTS. */
function added(change: Change, { state }: Place): AddColumn | undefined {
  if (change.kind !== 'add column') return undefined
  const known = state.table(change.table).column(change.column.name)
  return change.ifNotExists && known !== undefined ? undefined : change
}

const before = 'CREATE TABLE users (id int PRIMARY KEY, email text);'
const source = 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'
const quiet = [
  'The table was made by this plan and nothing was put into it.',
  'The catalog says that the table is tiny.',
]

const addColumnRewrites: Rule = {
  name: 'add-column-rewrite',
  hazard: 'lock',
  danger:
    'A new column whose value differs from row to row is written into every row, while nobody can use the table.',
  lock: 'ACCESS EXCLUSIVE on the table, rewrite of it and of its indexes',
  exceptions: [
    'The default is a constant, or the same for the whole statement, as now() is.',
    'The column is GENERATED ... VIRTUAL (18 and later).',
    ...quiet,
  ],
  sources: [source],
  bad: {
    before,
    files: ['ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();'],
    running: `INSERT INTO users VALUES (1, 'a')`,
  },
  good: {
    before,
    files: [
      `ALTER TABLE users ADD COLUMN token uuid, ADD COLUMN seen_at timestamptz DEFAULT now(), ADD COLUMN plan text NOT NULL DEFAULT 'free';
ALTER TABLE users ALTER COLUMN token SET DEFAULT gen_random_uuid();`,
    ],
    running: `INSERT INTO users VALUES (1, 'a')`,
  },
  find: (change, place) => {
    const add = added(change, place)
    if (add === undefined) return undefined
    const table = place.state.table(add.table)
    const reason = whyRewritten(add.column, place)
    if (reason === undefined || !isBusy(table)) return undefined
    return {
      table: add.table,
      message: `Adding ${columnName(add.table, add.column.name)} rewrites ${named(table)} while nobody can read or write it.`,
      why: `${reason}, so PostgreSQL writes every row and every index anew under an ACCESS EXCLUSIVE lock.`,
      instead: insteadOfRewrite(add),
      ...lockSeverity(table),
    }
  },
}

function whyRewritten(column: Column, { state }: Place): string | undefined {
  if (column.serial) return 'A serial takes the next number of its sequence for each row'
  if (column.identity !== undefined)
    return 'An identity column takes the next number of its sequence for each row'
  if (column.generated === 'stored') return 'A stored generated column is computed for each row'
  if (state.isConstrainedDomain(column.type))
    return `The domain ${shown(column.type)} checks the value of each row`
  const own = column.default?.functions.find((name) => isVolatile(name, state))
  return own === undefined ? undefined : `${own}() may give another value for each row`
}

function insteadOfRewrite({ table, column }: AddColumn): string {
  const name = quoted(column.name)
  const type = typeName(column.type)
  if (column.generated === 'stored') {
    return `Let it be computed when it is read (18 and later): GENERATED ALWAYS AS (...) VIRTUAL; or keep it in a plain column that a trigger fills:\n${alterTable(table)} ADD COLUMN ${name} ${type};`
  }
  const numbered = column.serial || column.identity !== undefined
  const sequence = madeName(table, [column.name], 'seq')
  const byDefault = numbered
    ? `nextval('${sequence}')`
    : column.default === undefined
      ? '...'
      : defaultText(column)
  return `Add it empty, give new rows their default, and fill the old ones in batches, outside the release phase:\n${
    numbered ? `CREATE SEQUENCE ${sequence};\n` : ''
  }${alterTable(table)} ADD COLUMN ${name} ${type};\n${alterTable(table)} ALTER COLUMN ${name} SET DEFAULT ${byDefault};`
}

const defaultText = ({ default: given }: Column) =>
  given !== undefined && given.sql !== '' ? given.sql : `${given?.functions[0] ?? '...'}()`

const addColumnScans: Rule = {
  name: 'add-column-check',
  hazard: 'lock',
  danger: 'A new column with a CHECK of its own has every row checked while nobody can use the table.',
  lock: 'ACCESS EXCLUSIVE on the table, scan',
  exceptions: ['The CHECK is NOT ENFORCED (18 and later).', ...quiet],
  sources: [source],
  bad: {
    before,
    files: ['ALTER TABLE users ADD COLUMN age int CHECK (age >= 0);'],
    running: `INSERT INTO users VALUES (1, 'a')`,
  },
  good: {
    before,
    files: ['ALTER TABLE users ADD COLUMN age int;'],
    running: `INSERT INTO users VALUES (1, 'a')`,
  },
  find: (change, place) => {
    const add = added(change, place)
    if (add === undefined) return undefined
    const table = place.state.table(add.table)
    const { column } = add
    const check = column.constraints.find(({ type, notEnforced }) => type === 'check' && !notEnforced)
    const virtual = column.generated === 'virtual' && column.notNull
    const key = column.constraints.find(({ type }) => type === 'foreign key')
    const filled = key !== undefined && !key.notEnforced && column.default?.null === false
    if (!isBusy(table) || (check === undefined && !virtual && !filled)) return undefined
    const type = typeName(column.type)
    const name = quoted(column.name)
    const constraint = madeName(add.table, [column.name], filled ? 'fkey' : 'check')
    const rest = filled
      ? `FOREIGN KEY (${name}) REFERENCES ${key.references === undefined ? '...' : shown(key.references.table)}`
      : virtual
        ? `CHECK (${name} IS NOT NULL)`
        : 'CHECK (...)'
    return {
      table: add.table,
      message: `Adding ${columnName(add.table, column.name)} reads all of ${named(table)} while nobody can read or write it.`,
      why: `${filled ? 'A foreign key with a default' : virtual ? 'NOT NULL of a virtual column' : 'A CHECK'} is proved for every row under the ACCESS EXCLUSIVE lock of ADD COLUMN.`,
      instead: `Add the column plainly, its constraint NOT VALID, and prove it in a migration of its own:\n${inTurn(
        `${alterTable(add.table)} ADD COLUMN ${name} ${type};\n${alterTable(add.table)} ADD CONSTRAINT ${constraint} ${rest} NOT VALID;`,
        `${alterTable(add.table)} VALIDATE CONSTRAINT ${constraint};`,
      )}`,
      ...lockSeverity(table),
    }
  },
}

const addColumnUnique: Rule = {
  name: 'add-column-unique',
  hazard: 'lock',
  danger: 'A new column that is UNIQUE or PRIMARY KEY has its index built while nobody can use the table.',
  lock: 'ACCESS EXCLUSIVE on the table, scan',
  exceptions: quiet,
  sources: ['https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY'],
  bad: { before, files: ['ALTER TABLE users ADD COLUMN handle text UNIQUE;'] },
  good: {
    before,
    files: [
      'ALTER TABLE users ADD COLUMN handle text;',
      '-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY users_handle_key ON users (handle);',
      'ALTER TABLE users ADD CONSTRAINT users_handle_key UNIQUE USING INDEX users_handle_key;',
    ],
    running: `INSERT INTO users VALUES (1, 'a')`,
  },
  find: (change, place) => {
    const add = added(change, place)
    const key = add?.column.constraints.find(({ type }) => type === 'unique' || type === 'primary key')
    if (add === undefined || key === undefined) return undefined
    const table = place.state.table(add.table)
    if (!isBusy(table)) return undefined
    const name = quoted(add.column.name)
    const index = madeName(
      add.table,
      key.type === 'unique' ? [add.column.name] : [],
      key.type === 'unique' ? 'key' : 'pkey',
    )
    return {
      table: add.table,
      message: `Adding ${columnName(add.table, add.column.name)} builds an index over ${named(table)} while nobody can read or write it.`,
      why: 'The index of the constraint is built under the ACCESS EXCLUSIVE lock of ADD COLUMN.',
      instead: `Add the column plainly, and build its index CONCURRENTLY:\n${inTurn(
        `${alterTable(add.table)} ADD COLUMN ${name} ${typeName(add.column.type)};`,
        `-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY ${index} ON ${shown(add.table)} (${name});`,
        `${alterTable(add.table)} ADD CONSTRAINT ${index} ${key.type.toUpperCase()} USING INDEX ${index};`,
      )}`,
      ...lockSeverity(table),
    }
  },
}

const addColumnNotNull: Rule = {
  name: 'add-column-not-null',
  hazard: 'compatibility',
  danger:
    'A new column that is NOT NULL and has no default: the running code does not know it, so its INSERTs fail.',
  lock: 'ACCESS EXCLUSIVE on the table, brief; on a table with rows the migration fails',
  sqlstates: ['23502'],
  exceptions: [
    'It has a default, is an identity, or is generated and never NULL.',
    'The table was made by this plan.',
  ],
  sources: [source],
  bad: {
    before,
    files: ['ALTER TABLE users ADD COLUMN plan text NOT NULL;'],
    running: `INSERT INTO users VALUES (1, 'a')`,
    shows: 'failure',
  },
  good: {
    before,
    files: [`ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free';`],
    running: `INSERT INTO users VALUES (1, 'a')`,
  },
  find: (change, place) => {
    const add = added(change, place)
    if (add === undefined || !lacksValue(add.column)) return undefined
    const table = place.state.table(add.table)
    if (!isKnownToCode(table) || getsValueLater(add, place)) return undefined
    const name = quoted(add.column.name)
    return {
      table: add.table,
      message: `${columnName(add.table, add.column.name)} takes no NULL and has no default, so the running code can no longer INSERT.`,
      why: 'The running code does not name a column that it does not know, and gets 23502; where the table has rows, the migration itself fails with it.',
      instead: `Give it a default, which needs no rewrite:\n${alterTable(add.table)} ADD COLUMN ${name} ${typeName(add.column.type)} NOT NULL DEFAULT ...;\nOr add it nullable, and make it NOT NULL in contract-migrations/.`,
      sqlstate: '23502',
    }
  },
}

const lacksValue = ({ notNull, default: given, identity, serial, generated }: Column) =>
  notNull &&
  (given === undefined || given.null) &&
  identity === undefined &&
  !serial &&
  generated !== 'stored'

const getsValueLater = ({ table, column }: AddColumn, { later }: Place) =>
  later().some(
    (change) =>
      (change.kind === 'set default' || change.kind === 'drop not null') &&
      change.table.name === table.name &&
      change.column === column.name,
  )

/** What ADD COLUMN does. */
export const addColumnRules: readonly Rule[] = [
  addColumnRewrites,
  addColumnScans,
  addColumnUnique,
  addColumnNotNull,
]

import type { Change, Constraint, Name } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Advice, Rule } from '../rule.js'
import type { State } from '../state/state.js'
import type { TableState } from '../state/table.js'
import { isBusy, isKnownToCode, lockSeverity, named } from './tables.js'
import { rejectsNothing } from './unique-indexes.js'
import { alterTable, columnList, inTurn, madeName } from './words.js'

interface Key {
  readonly table: Name
  readonly constraint: Constraint
}

function addedKey(change: Change): Key | undefined {
  if (change.kind !== 'add constraint') return undefined
  const { type } = change.constraint
  return type === 'unique' || type === 'primary key' ? change : undefined
}

const nameOfKey = ({ table, constraint }: Key) =>
  constraint.name === undefined
    ? constraint.type === 'unique'
      ? madeName(table, constraint.columns, 'key')
      : madeName(table, [], 'pkey')
    : quoted(constraint.name)

const before = 'CREATE TABLE users (id int PRIMARY KEY, email text);'
const source =
  'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX'

const addUnique: Rule = {
  name: 'add-unique',
  hazard: 'lock',
  danger: 'UNIQUE and PRIMARY KEY build an index while nobody can use the table.',
  lock: 'ACCESS EXCLUSIVE on the table, scan',
  exceptions: [
    'It is USING INDEX, and for a PRIMARY KEY its columns are NOT NULL already.',
    'The table was made by this plan and nothing was put into it, or the catalog says that it is tiny.',
  ],
  sources: [source],
  bad: {
    before,
    files: ['ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);'],
    running: `INSERT INTO users VALUES (1, 'a')`,
  },
  good: {
    before,
    files: [
      '-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);',
      'ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;',
    ],
    contract: true,
  },
  find: (change, { state }) => {
    const key = addedKey(change)
    if (key === undefined) return undefined
    const table = state.table(key.table)
    if (!isBusy(table)) return undefined
    if (key.constraint.usingIndex !== undefined) return notNullYet(key, key.constraint.usingIndex, state)
    const name = nameOfKey(key)
    return {
      table: key.table,
      message: `This ${key.constraint.type === 'unique' ? 'UNIQUE constraint' : 'PRIMARY KEY'} builds its index over ${named(table)} while nobody can read or write it.`,
      why: 'The index is built under the ACCESS EXCLUSIVE lock of ADD CONSTRAINT.',
      instead: `Build the index CONCURRENTLY, and make the constraint of it:\n${inTurn(
        `-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${shown(key.table)} (${columnList(key.constraint.columns)});`,
        `${alterTable(key.table)} ADD CONSTRAINT ${name} ${key.constraint.type.toUpperCase()} USING INDEX ${name};`,
      )}`,
      ...lockSeverity(table),
    }
  },
}

/** A PRIMARY KEY of an index makes its columns NOT NULL, which reads the table where that is not proven. */
function notNullYet({ table: name, constraint }: Key, usingIndex: string, state: State): Advice | undefined {
  if (constraint.type !== 'primary key') return undefined
  const table = state.table(name)
  const columns = table.indexes().find((index) => index.name === usingIndex)?.columns ?? []
  const open = columns.filter((column) => !table.provesNotNull(column))
  if (open.length === 0) return undefined
  return {
    table: name,
    message: `This PRIMARY KEY reads all of ${named(table)} for NULLs in ${columnList(open)} while nobody can read or write it.`,
    why: 'A primary key makes its columns NOT NULL, and that is proved under its ACCESS EXCLUSIVE lock where no constraint has proved it before.',
    instead: `Prove it first, in migrations of their own:\n${inTurn(
      ...open.flatMap((column) => {
        const proof = madeName(name, [column], 'not_null')
        return [
          `${alterTable(name)} ADD CONSTRAINT ${proof} CHECK (${quoted(column)} IS NOT NULL) NOT VALID;`,
          `${alterTable(name)} VALIDATE CONSTRAINT ${proof};`,
        ]
      }),
    )}`,
    ...lockSeverity(table),
  }
}

const uniqueRejects: Rule = {
  name: 'unique-rejects-writes',
  hazard: 'compatibility',
  danger: 'A new UNIQUE or PRIMARY KEY rejects rows that the running code could write until now.',
  sqlstates: ['23505', '23502'],
  exceptions: [
    'It is USING INDEX: the index rejects such rows already, and has been judged.',
    'It holds a column that this plan added, and which is NULL or has a value of its own in rows of the running code.',
    'A unique index over some of its columns is there already, or the table was made by this plan.',
  ],
  sources: [
    'https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-UNIQUE-CONSTRAINTS',
  ],
  bad: {
    before: `CREATE TABLE users (id int PRIMARY KEY, email text); INSERT INTO users VALUES (1, 'a');`,
    files: ['ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);'],
    running: `INSERT INTO users VALUES (2, 'a')`,
  },
  good: {
    before: `CREATE TABLE users (id int PRIMARY KEY, email text); INSERT INTO users VALUES (1, 'a');`,
    files: [
      'ALTER TABLE users ADD COLUMN handle text;',
      '-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY users_handle_key ON users (handle);',
      'ALTER TABLE users ADD CONSTRAINT users_handle_key UNIQUE USING INDEX users_handle_key;',
    ],
    running: `INSERT INTO users (id, email) VALUES (2, 'a')`,
  },
  find: (change, { state }) => {
    const key = addedKey(change)
    if (key === undefined || key.constraint.usingIndex !== undefined) return undefined
    const table = state.table(key.table)
    if (!isKnownToCode(table) || isAllowed(key, table)) return undefined
    const columns = columnList(key.constraint.columns)
    return {
      table: key.table,
      message: `From now on, rows of the running code in ${shown(key.table)} that repeat ${columns} are rejected.`,
      why: 'It counts for every INSERT and UPDATE at once; code that was written without it fails with 23505.',
      instead: `Let this release write no duplicates, and add it in contract-migrations/, which runs once no old code is left:\n${inTurn(
        `-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY ${nameOfKey(key)} ON ${shown(key.table)} (${columns});`,
        `${alterTable(key.table)} ADD CONSTRAINT ${nameOfKey(key)} ${key.constraint.type.toUpperCase()} USING INDEX ${nameOfKey(key)};`,
      )}`,
      sqlstate: '23505',
    }
  },
}

const isAllowed = ({ constraint }: Key, table: TableState) =>
  rejectsNothing(
    { columns: constraint.columns, nullsDistinct: constraint.nullsDistinct, where: undefined },
    table,
  )

const addExclude: Rule = {
  name: 'add-exclude',
  hazard: 'lock',
  danger: 'An EXCLUDE constraint builds its index while nobody can use the table, and has no other form.',
  lock: 'ACCESS EXCLUSIVE on the table, scan',
  exceptions: [
    'The table was made by this plan and nothing was put into it, or the catalog says that it is tiny.',
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-EXCLUDE'],
  bad: {
    before: 'CREATE TABLE stays (id int PRIMARY KEY, span int4range);',
    files: ['ALTER TABLE stays ADD EXCLUDE USING gist (span WITH &&);'],
    running: `INSERT INTO stays VALUES (1, 'empty')`,
  },
  good: {
    before: 'CREATE TABLE stays (id int PRIMARY KEY, span int4range);',
    files: [
      'CREATE TABLE stays_new (id int PRIMARY KEY, span int4range, EXCLUDE USING gist (span WITH &&));',
    ],
    running: `INSERT INTO stays VALUES (1, 'empty')`,
  },
  find: (change, { state }) => {
    if (change.kind !== 'add constraint' || change.constraint.type !== 'exclude') return undefined
    const table = state.table(change.table)
    if (!isBusy(table)) return undefined
    return {
      table: change.table,
      message: `This EXCLUDE constraint builds its index over ${named(table)} while nobody can read or write it.`,
      why: 'PostgreSQL has neither NOT VALID nor USING INDEX for EXCLUDE.',
      instead: `Make a new table with the constraint, and move over to it; or add it in contract-migrations/ while the app is in maintenance mode:\nCREATE TABLE ${quoted(`${change.table.name}_new`)} (LIKE ${shown(change.table)} INCLUDING ALL, EXCLUDE ...);`,
      ...lockSeverity(table),
    }
  },
}

const excludeRejects: Rule = {
  name: 'exclude-rejects-writes',
  hazard: 'compatibility',
  danger: 'A new EXCLUDE constraint rejects rows that the running code could write until now.',
  sqlstates: ['23P01'],
  exceptions: ['The table was made by this plan.'],
  sources: ['https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-EXCLUSION'],
  bad: {
    before: `CREATE TABLE stays (id int PRIMARY KEY, span int4range); INSERT INTO stays VALUES (1, '[1,5]');`,
    files: ['ALTER TABLE stays ADD EXCLUDE USING gist (span WITH &&);'],
    running: `INSERT INTO stays VALUES (2, '[3,4]')`,
  },
  good: {
    before: `CREATE TABLE stays (id int PRIMARY KEY, span int4range); INSERT INTO stays VALUES (1, '[1,5]');`,
    files: [
      'CREATE TABLE stays_new (id int PRIMARY KEY, span int4range, EXCLUDE USING gist (span WITH &&));',
    ],
    running: `INSERT INTO stays VALUES (2, '[3,4]')`,
  },
  find: (change, { state }) => {
    if (change.kind !== 'add constraint' || change.constraint.type !== 'exclude') return undefined
    if (!isKnownToCode(state.table(change.table))) return undefined
    return {
      table: change.table,
      message: `From now on, rows of the running code in ${shown(change.table)} that conflict with another one are rejected.`,
      why: 'It counts for every INSERT and UPDATE at once; code that was written without it fails with 23P01.',
      instead:
        'Let this release write no such rows, and add it in contract-migrations/, which runs once no old code is left.',
      sqlstate: '23P01',
    }
  },
}

/** What UNIQUE, PRIMARY KEY and EXCLUDE do. */
export const keyRules: readonly Rule[] = [addUnique, uniqueRejects, addExclude, excludeRejects]

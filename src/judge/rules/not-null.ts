import type { Change, Name } from '../change.js'
import { quoted } from '../finding.js'
import type { Place, Rule } from '../rule.js'
import { isBusy, isKnownToCode, lockSeverity, named } from './tables.js'
import { alterTable, columnName, inTurn, madeName } from './words.js'

/** The column that a change makes NOT NULL, and whether old rows are left alone for now. */
function madeNotNull(change: Change): { table: Name; column: string; notValid: boolean } | undefined {
  if (change.kind === 'set not null') return { ...change, notValid: false }
  if (change.kind !== 'add constraint' || change.constraint.type !== 'not null') return undefined
  const { columns, notValid } = change.constraint
  return { table: change.table, column: columns[0] ?? '', notValid }
}

const before = 'CREATE TABLE users (id int PRIMARY KEY, email text);'
const source =
  'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL'

const setNotNullScans: Rule = {
  name: 'set-not-null',
  hazard: 'lock',
  danger: 'SET NOT NULL reads the whole table while nobody can use it.',
  lock: 'ACCESS EXCLUSIVE on the table, scan',
  exceptions: [
    'A validated CHECK or NOT NULL constraint proves it, and is not dropped in the same ALTER TABLE.',
    'It is ADD CONSTRAINT ... NOT NULL ... NOT VALID (18 and later).',
    'The table was made by this plan and nothing was put into it, or the catalog says that it is tiny.',
  ],
  sources: [source],
  bad: {
    before,
    files: ['ALTER TABLE users ALTER COLUMN email SET NOT NULL;'],
    running: `INSERT INTO users VALUES (1, 'a')`,
  },
  good: {
    before,
    files: [
      'ALTER TABLE users ADD CONSTRAINT users_email_not_null CHECK (email IS NOT NULL) NOT VALID;',
      'ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null;',
      'ALTER TABLE users ALTER COLUMN email SET NOT NULL;\nALTER TABLE users DROP CONSTRAINT users_email_not_null;',
    ],
    contract: true,
  },
  find: (change, place) => {
    const made = madeNotNull(change)
    if (made === undefined || made.notValid) return undefined
    const table = place.state.table(made.table)
    if (!isBusy(table) || isProven(made, place)) return undefined
    const column = quoted(made.column)
    const constraint = madeName(made.table, [made.column], 'not_null')
    return {
      table: made.table,
      message: `Making ${columnName(made.table, made.column)} NOT NULL reads all of ${named(table)} while nobody can read or write it.`,
      why: dropsProof(made, place)
        ? 'The CHECK that would prove it is dropped by the same ALTER TABLE, and PostgreSQL drops first.'
        : 'PostgreSQL looks for NULLs under an ACCESS EXCLUSIVE lock, unless a validated CHECK proves that there are none.',
      instead: `Prove it first, in contract-migrations/ if the running code may still write NULL:\n${inTurn(
        `${alterTable(made.table)} ADD CONSTRAINT ${constraint} CHECK (${column} IS NOT NULL) NOT VALID;`,
        `${alterTable(made.table)} VALIDATE CONSTRAINT ${constraint};`,
        `${alterTable(made.table)} ALTER COLUMN ${column} SET NOT NULL;\n${alterTable(made.table)} DROP CONSTRAINT ${constraint};`,
      )}`,
      ...lockSeverity(table),
    }
  },
}

interface Made {
  readonly table: Name
  readonly column: string
}

const isProven = (made: Made, place: Place) =>
  place.state.table(made.table).provesNotNull(made.column) && !dropsProof(made, place)

/** The parts of one ALTER TABLE that drop come before all others. */
function dropsProof({ table, column }: Made, { state, beside }: Place): boolean {
  const known = state.table(table)
  if (known.column(column)?.notNull === true) return false
  const proofs = known
    .constraints()
    .filter(({ valid, provesNotNull }) => valid && provesNotNull.includes(column))
  const dropped = new Set(
    beside().flatMap((part) => (part.kind === 'drop constraint' ? [part.constraint] : [])),
  )
  return proofs.length > 0 && proofs.every(({ name }) => dropped.has(name))
}

const notNullRejects: Rule = {
  name: 'not-null-rejects-writes',
  hazard: 'compatibility',
  danger:
    'A column that takes no NULL any more rejects the writes of running code that leave it out or set it NULL.',
  sqlstates: ['23502'],
  exceptions: [
    'A constraint has kept NULL out before this plan.',
    'The column was added by this plan with a default.',
    'The table was made by this plan.',
  ],
  sources: [source],
  bad: {
    before,
    files: ['ALTER TABLE users ALTER COLUMN email SET NOT NULL;'],
    running: 'INSERT INTO users (id) VALUES (1)',
  },
  good: {
    before,
    files: [
      `ALTER TABLE users ADD COLUMN plan text DEFAULT 'free';`,
      'ALTER TABLE users ADD CONSTRAINT users_plan_not_null CHECK (plan IS NOT NULL) NOT VALID;',
      'ALTER TABLE users VALIDATE CONSTRAINT users_plan_not_null;',
      'ALTER TABLE users ALTER COLUMN plan SET NOT NULL;',
    ],
    running: 'INSERT INTO users (id) VALUES (1)',
  },
  find: (change, { state }) => {
    const made = madeNotNull(change)
    if (made === undefined) return undefined
    const table = state.table(made.table)
    const column = table.column(made.column)
    if (!isKnownToCode(table) || table.rejectsNull(made.column)) return undefined
    if (column?.isNew === true && column.hasDefault) return undefined
    return {
      table: made.table,
      message: `${columnName(made.table, made.column)} takes no NULL from now on, so writes of the running code can fail.`,
      why:
        column?.isNew === true
          ? 'The running code does not know the column, leaves it out of its INSERTs, and gets 23502.'
          : 'An INSERT of the running code that leaves it out, or an UPDATE that sets it NULL, gets 23502.',
      instead: `${
        column?.isNew === true
          ? `Give it a default before:\n${alterTable(made.table)} ALTER COLUMN ${quoted(made.column)} SET DEFAULT ...;\nOr`
          : 'Let this release write it always, and'
      } make it NOT NULL in contract-migrations/, which runs once no old code is left.`,
      sqlstate: '23502',
    }
  },
}

/** What SET NOT NULL does, and its form as a constraint. */
export const notNullRules: readonly Rule[] = [setNotNullScans, notNullRejects]

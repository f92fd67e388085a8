import type { Change, Name } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Place, Rule } from '../rule.js'
import type { ConstraintState } from '../state/table.js'
import { isBusy, isKnownToCode, lockSeverity, named } from './tables.js'
import { alterTable, inTurn } from './words.js'

interface Enforced {
  readonly table: Name
  readonly constraint: string
  /** Undefined: nothing is known of it. */
  readonly known: ConstraintState | undefined
}

const source =
  'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ALTER-CONSTRAINT'
const before =
  'CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE orders (id int PRIMARY KEY, user_id int CONSTRAINT to_user REFERENCES users NOT ENFORCED);'

const enforceScans: Rule = {
  name: 'enforce-constraint',
  hazard: 'lock',
  danger: 'A constraint that becomes ENFORCED is proved for every row while nobody can write the table.',
  lock: 'SHARE ROW EXCLUSIVE on both tables, scan',
  versions: '18 and later',
  exceptions: [
    'It is known to be enforced already.',
    'The table was made by this plan and nothing was put into it, or the catalog says that it is tiny.',
  ],
  sources: [source],
  bad: {
    before,
    files: ['ALTER TABLE orders ALTER CONSTRAINT to_user ENFORCED;'],
    running: 'INSERT INTO orders VALUES (1, 10001)',
    since: 18,
  },
  good: {
    before,
    files: [
      'ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users NOT VALID;',
      'ALTER TABLE orders VALIDATE CONSTRAINT orders_user;',
    ],
    contract: true,
    since: 18,
  },
  find: (change, place) => {
    const made = madeEnforced(change, place)
    if (made === undefined) return undefined
    const table = place.state.table(made.table)
    if (!isBusy(table)) return undefined
    return {
      table: made.table,
      message: `Making ${quoted(made.constraint)} ENFORCED reads all of ${named(table)} while nobody can write it.`,
      why: 'ENFORCED proves every row under the lock of ALTER CONSTRAINT; it has no NOT VALID.',
      instead: `Add the same constraint again NOT VALID, prove it in a migration of its own, and drop this one:\n${anotherOne(made)}`,
      ...lockSeverity(table),
    }
  },
}

const enforceRejects: Rule = {
  name: 'enforced-rejects-writes',
  hazard: 'compatibility',
  danger: 'A constraint that becomes ENFORCED rejects writes that the running code could make until now.',
  sqlstates: ['23503', '23514'],
  versions: '18 and later',
  exceptions: ['It is known to be enforced already.', 'The table was made by this plan.'],
  sources: [source],
  bad: {
    before,
    files: ['ALTER TABLE orders ALTER CONSTRAINT to_user ENFORCED;'],
    running: 'INSERT INTO orders VALUES (1, 5)',
    since: 18,
  },
  good: {
    before: before.replace(' NOT ENFORCED', ''),
    files: ['ALTER TABLE orders ALTER CONSTRAINT to_user NOT ENFORCED;'],
    running: 'INSERT INTO orders VALUES (1, 10001)',
    since: 18,
  },
  find: (change, place) => {
    const made = madeEnforced(change, place)
    if (made === undefined || !isKnownToCode(place.state.table(made.table))) return undefined
    const check = made.known?.type === 'check'
    const sqlstate = check ? '23514' : '23503'
    return {
      table: made.table,
      message: `From now on, the running code cannot write rows into ${shown(made.table)} that ${quoted(made.constraint)} does not allow.`,
      why: `Until now nobody kept to it; from here on such writes fail with ${sqlstate}.`,
      instead: `Let this release keep to it, and enforce it in contract-migrations/, which runs once no old code is left:\n${anotherOne(made)}`,
      sqlstate,
    }
  },
}

function madeEnforced(change: Change, { state }: Place): Enforced | undefined {
  if (change.kind !== 'alter constraint' || change.enforced !== true) return undefined
  const { table, constraint } = change
  const known = state.table(table).constraint(constraint)
  // The catalog tells of those that it has proved only; one that is not enforced is not valid.
  return known?.enforced === true && known.valid ? undefined : { table, constraint, known }
}

function anotherOne({ table, constraint, known }: Enforced): string {
  const name = quoted(`${constraint}_enforced`)
  const what = known?.type === 'check' ? 'CHECK (...)' : 'FOREIGN KEY (...) REFERENCES ...'
  return inTurn(
    `${alterTable(table)} ADD CONSTRAINT ${name} ${what} NOT VALID;`,
    `${alterTable(table)} VALIDATE CONSTRAINT ${name};`,
    `${alterTable(table)} DROP CONSTRAINT ${quoted(constraint)};`,
  )
}

/** ALTER CONSTRAINT ... ENFORCED. */
export const enforcementRules: readonly Rule[] = [enforceScans, enforceRejects]

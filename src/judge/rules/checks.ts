import type { Change, Constraint, Name } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Place, Rule } from '../rule.js'
import type { TableState } from '../state/table.js'
import { isBusy, isKnownToCode, lockSeverity, named } from './tables.js'
import { alterTable, columnList, inTurn, madeName, notValid } from './words.js'

const before = 'CREATE TABLE users (id int PRIMARY KEY, age int);'
const source = 'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES'

interface Added {
  readonly table: Name
  readonly constraint: Constraint
}

/** A constraint of this type that counts for new rows. */
function added(change: Change, type: Constraint['type']): Added | undefined {
  if (change.kind !== 'add constraint') return undefined
  return change.constraint.type === type && !change.constraint.notEnforced ? change : undefined
}

const nameOfCheck = ({ table, constraint }: Added) =>
  constraint.name === undefined
    ? madeName(table, constraint.columns.length === 1 ? constraint.columns : [], 'check')
    : quoted(constraint.name)

const addCheck: Rule = {
  name: 'add-check',
  hazard: 'lock',
  danger: 'A new CHECK is proved for every row while nobody can use the table.',
  lock: 'ACCESS EXCLUSIVE on the table, scan',
  exceptions: [
    'It is NOT VALID, and validated in a transaction of its own.',
    'It is NOT ENFORCED (18 and later).',
    'The table was made by this plan and nothing was put into it, or the catalog says that it is tiny.',
  ],
  sources: [source],
  bad: {
    before,
    files: ['ALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age >= 0);'],
    running: 'INSERT INTO users VALUES (1, 2)',
  },
  good: {
    before,
    files: [
      'ALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age >= 0) NOT VALID;',
      'ALTER TABLE users VALIDATE CONSTRAINT users_age_check;',
    ],
    contract: true,
  },
  find: (change, place) => {
    const check = added(change, 'check')
    if (check === undefined || check.constraint.notValid) return undefined
    const table = place.state.table(check.table)
    if (!isBusy(table)) return undefined
    return {
      table: check.table,
      message: `This CHECK reads all of ${named(table)} while nobody can read or write it.`,
      why: 'ADD CHECK looks at every row under an ACCESS EXCLUSIVE lock; NOT VALID leaves that to VALIDATE, which stops nobody.',
      instead: twoSteps(check, place),
      ...lockSeverity(table),
    }
  },
}

function twoSteps(check: Added, place: Place): string {
  const name = nameOfCheck(check)
  return `Add it NOT VALID, and prove it in a migration of its own:\n${inTurn(
    notValid(place, `${alterTable(check.table)} ADD CONSTRAINT ${name} CHECK (...) NOT VALID;`),
    `${alterTable(check.table)} VALIDATE CONSTRAINT ${name};`,
  )}`
}

const checkRejects: Rule = {
  name: 'check-rejects-writes',
  hazard: 'compatibility',
  danger:
    'A new CHECK, also one that is NOT VALID, rejects writes that the running code could make until now.',
  lock: 'ACCESS EXCLUSIVE on the table, brief when NOT VALID',
  sqlstates: ['23514'],
  exceptions: [
    'It is NOT ENFORCED (18 and later).',
    'It reads only columns that this plan added, and is true of the values that they get from running code.',
    'The table was made by this plan.',
  ],
  sources: [
    'https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT',
  ],
  bad: {
    before,
    files: ['ALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age >= 18) NOT VALID;'],
    running: 'INSERT INTO users VALUES (1, 2)',
  },
  good: {
    before,
    files: [
      'ALTER TABLE users ADD COLUMN score int;\nALTER TABLE users ADD CONSTRAINT users_score_check CHECK (score >= 0) NOT VALID;',
      'ALTER TABLE users VALIDATE CONSTRAINT users_score_check;',
    ],
    running: 'INSERT INTO users VALUES (1, 2)',
  },
  find: (change, place) => {
    const check = added(change, 'check') ?? ofNewColumn(change)
    if (check === undefined) return undefined
    const table = place.state.table(check.table)
    if (!isKnownToCode(table) || !concerns(check.constraint, table)) return undefined
    const columns = columnList(check.constraint.columns)
    const again = replaces(check, place)
    return {
      table: check.table,
      message: `From now on, rows of the running code in ${shown(check.table)} that this CHECK${columns === '' ? '' : ` on ${columns}`} does not allow are rejected.`,
      why: `${again ? 'Unless it allows all that the CHECK did which it takes the place of, an' : 'An'} INSERT or UPDATE that was fine until now fails with 23514; NOT VALID excuses only the rows that are there.`,
      instead: `Let this release write only what the CHECK allows, and add it in contract-migrations/, which runs once no old code is left:\n${later(check, place)}`,
      sqlstate: '23514',
      ...(again ? { severity: 'warning' as const } : {}),
    }
  },
}

const later = (check: Added, place: Place) =>
  check.constraint.notValid && place.beside().length === 1
    ? `${place.statement};`
    : notValid(
        place,
        `${alterTable(check.table)} ADD CONSTRAINT ${nameOfCheck(check)} CHECK (...) NOT VALID;`,
      )

/** The CHECK of a new column, as far as it reads others too. */
function ofNewColumn(change: Change): Added | undefined {
  if (change.kind !== 'add column') return undefined
  const { column } = change
  const check = column.constraints.find(
    ({ type, notEnforced, columns }) =>
      type === 'check' && !notEnforced && columns.some((name) => name !== column.name),
  )
  return check === undefined ? undefined : { table: change.table, constraint: check }
}

/** It reads a column that running code writes, or refuses the NULL that running code leaves in a new one. */
function concerns({ columns, expression }: Constraint, table: TableState): boolean {
  const isOld = (name: string) => table.column(name)?.isNew !== true
  const refusesNull = (expression?.provesNotNull ?? []).some(
    (name) => table.column(name)?.hasDefault === false,
  )
  const known = columns.filter((name) => table.column(name) !== undefined || table.catalog === undefined)
  return refusesNull || columns.length === 0 || known.some(isOld)
}

/** A constraint of this name was there until a moment ago. */
const replaces = ({ table, constraint }: Added, { earlier }: Place) =>
  constraint.name !== undefined &&
  earlier().some(
    (change) =>
      change.kind === 'drop constraint' &&
      change.table.name === table.name &&
      change.constraint === constraint.name,
  )

const validateBeside: Rule = {
  name: 'validate-in-same-transaction',
  hazard: 'order',
  danger:
    'VALIDATE in the transaction that added the constraint reads the table under the lock that ADD took.',
  lock: 'ACCESS EXCLUSIVE (CHECK, NOT NULL) or SHARE ROW EXCLUSIVE (foreign key), for the time of the scan',
  exceptions: [
    'ADD and VALIDATE stand in two migrations, or in a file outside a transaction.',
    'The table was made by this plan and nothing was put into it, or the catalog says that it is tiny.',
  ],
  sources: [source],
  bad: {
    before,
    files: [
      'ALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age >= 0) NOT VALID;\nALTER TABLE users VALIDATE CONSTRAINT users_age_check;',
    ],
    contract: true,
  },
  good: {
    before,
    files: [
      '-- no-transaction\nALTER TABLE users ADD CONSTRAINT users_age_check CHECK (age >= 0) NOT VALID;\nALTER TABLE users VALIDATE CONSTRAINT users_age_check;',
    ],
    contract: true,
  },
  find: (change, { state, earlier }) => {
    if (change.kind !== 'validate constraint') return undefined
    const table = state.table(change.table)
    const adds = earlier().some(
      (one) => one.kind === 'add constraint' && one.table.name === change.table.name,
    )
    if (!adds || !isBusy(table)) return undefined
    return {
      table: change.table,
      message: `VALIDATE reads all of ${named(table)} while the lock of ADD CONSTRAINT is still held.`,
      why: 'A lock is held until its transaction ends, so NOT VALID has won nothing: it is as if the constraint had been added in one step.',
      instead: `Move this line to a migration of its own:\n${alterTable(change.table)} VALIDATE CONSTRAINT ${quoted(change.constraint)};`,
      ...lockSeverity(table),
    }
  },
}

/** What CHECK constraints do, and validation at the wrong moment. */
export const checkRules: readonly Rule[] = [addCheck, checkRejects, validateBeside]

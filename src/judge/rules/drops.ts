import type { Change, ObjectKind } from '../change.js'
import { shown } from '../finding.js'
import type { Advice, Place, Rule } from '../rule.js'
import { isGrantedLater, isKnownObject, replacement, stateOfMissing } from './replaced.js'
import { columnList } from './words.js'

type Drop = Extract<Change, { kind: 'drop' }>

const before = `CREATE TABLE users (id int PRIMARY KEY, email text, nickname text); CREATE VIEW people AS SELECT id, email FROM users;`

const dropped = new Set<ObjectKind>(['table', 'view', 'materialized view', 'sequence', 'schema'])

const dropRelation: Rule = {
  name: 'drop-table',
  hazard: 'compatibility',
  danger: 'Dropping a table, view, sequence or schema breaks every query of the running code that names it.',
  lock: 'ACCESS EXCLUSIVE, brief',
  sqlstates: ['42P01', '23502'],
  exceptions: [
    'It was made by this plan, or the catalog says that it is not there.',
    'A view that another takes the place of in the same transaction has a rule of its own.',
    'It stands in a contract migration.',
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-droptable.html'],
  bad: { before, files: ['DROP VIEW people;'], running: 'SELECT email FROM people' },
  good: {
    before,
    files: ['CREATE OR REPLACE VIEW people AS SELECT id, email, nickname FROM users;'],
    running: 'SELECT email FROM people',
  },
  find: (change, place) => {
    if (change.kind !== 'drop' || !dropped.has(change.object)) return undefined
    if (!isKnownObject(change.object, change.name, place)) return undefined
    if (isRemade(change, place)) return undefined
    const isTable = change.object === 'table'
    return {
      table: change.object === 'schema' || change.object === 'sequence' ? undefined : change.name,
      message: `Dropping the ${change.object} ${shown(change.name)} breaks the running code.`,
      why:
        change.object === 'sequence' && change.cascade
          ? 'With CASCADE the defaults that take from it go too, so INSERTs of the running code get 23502, and nextval() gets 42P01.'
          : `Until the last old dyno is gone, its queries fail with ${stateOfMissing(change.object)}${isTable ? ', and the rows are gone for good' : ''}.`,
      instead: `Stop using it in this release, and drop it in contract-migrations/, which runs once no old code is left:\n${place.statement};`,
      sqlstate: change.object === 'sequence' && change.cascade ? '23502' : stateOfMissing(change.object),
    }
  },
}

/** A view, which holds nothing of its own, and comes back at once. A sequence begins again, and loses its grants. */
const isRemade = (change: Drop, place: Place) =>
  (change.object === 'view' || change.object === 'materialized view') &&
  replacement(change.object, change.name, place)?.kind === 'create view'

const recreateView: Rule = {
  name: 'recreate-view',
  hazard: 'compatibility',
  danger:
    'A view that is dropped and made again has lost its grants, and the columns that are not named again.',
  sqlstates: ['42501', '42703'],
  exceptions: [
    'The catalog says that nobody but the owner uses it, and its columns are all there again.',
    'It was made by this plan.',
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-createview.html'],
  bad: {
    before: `${before} GRANT SELECT ON people TO app;`,
    files: ['DROP VIEW people;\nCREATE VIEW people AS SELECT id, email, nickname FROM users;'],
    running: 'SELECT email FROM people',
    role: 'app',
  },
  good: {
    before: `${before} GRANT SELECT ON people TO app;`,
    files: ['CREATE OR REPLACE VIEW people AS SELECT id, email, nickname FROM users;'],
    running: 'SELECT email FROM people',
    role: 'app',
  },
  find: (change, place) => {
    const isView =
      change.kind === 'drop' && (change.object === 'view' || change.object === 'materialized view')
    if (!isView || !isKnownObject(change.object, change.name, place)) return undefined
    const again = replacement(change.object, change.name, place)
    if (again?.kind !== 'create view') return undefined
    return lost(change, again, place)
  },
}

function lost(change: Drop, again: Change, place: Place): Advice | undefined {
  const table = place.state.table(change.name)
  const known = table.catalog
  const old = known?.columns.map((column) => column.name) ?? table.viewColumns()
  const name = shown(change.name)
  const now = again.kind === 'create view' ? again.columns : undefined
  const gone = now === undefined ? [] : old.filter((column) => !now.includes(column))
  if (gone.length > 0) {
    const columns = columnList(gone)
    return {
      table: change.name,
      message: `The new ${name} no longer has ${columns}, which the running code may read.`,
      why: 'Queries that name a column which is gone fail with 42703.',
      instead: `Keep ${columns} in the view in this release, and take it out in contract-migrations/, which runs once no old code is left.`,
      sqlstate: '42703',
    }
  }
  const isGranted = known === undefined || known.grantedTo.length > 0
  if (!isGranted || isGrantedLater(change.name, place)) return undefined
  const roles = known?.grantedTo.join(', ') ?? '...'
  return {
    table: change.name,
    message: `${name} loses its grants when it is dropped, and any column that the new one does not have.`,
    why: 'A view that is made again belongs to its owner alone; other roles get 42501, and a column that is gone gives 42703.',
    instead: `Use CREATE OR REPLACE VIEW, which keeps both and can add columns at the end; or grant again in the same file:\nGRANT SELECT ON ${name} TO ${roles};`,
    sqlstate: '42501',
    ...(known === undefined ? { severity: 'warning' as const } : {}),
  }
}

/** What DROP of something that has rows or columns does to running code. */
export const dropRules: readonly Rule[] = [dropRelation, recreateView]

import type { Change, Name, ObjectKind } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Advice, Place, Rule } from '../rule.js'
import { isGrantedLater, isKnownObject, replacement, stateOfMissing } from './replaced.js'
import { columnList } from './words.js'

type Moved = Extract<Change, { kind: 'rename' | 'move' }>

const before = 'CREATE TABLE people (id int PRIMARY KEY, email text);'
const bridge = 'ALTER TABLE people RENAME TO users;\nCREATE VIEW people AS SELECT id, email FROM users;'

const named = new Set<ObjectKind>([
  'table',
  'view',
  'materialized view',
  'sequence',
  'function',
  'type',
  'domain',
  'schema',
])

/** The change, where running code knows the old name. */
function movedAway(change: Change, place: Place): Moved | undefined {
  if ((change.kind !== 'rename' && change.kind !== 'move') || !named.has(change.object)) return undefined
  const isPassing = place.earlier().some((one) => one.kind === 'rename' && one.to === change.name.name)
  return isKnownObject(change.object, change.name, place) && !isPassing ? change : undefined
}

const rename: Rule = {
  name: 'rename',
  hazard: 'compatibility',
  danger:
    'Renaming a table, view, sequence, function, type or schema, or moving it to another schema, breaks running code that uses the old name.',
  lock: 'ACCESS EXCLUSIVE, brief',
  sqlstates: ['42P01', '42883', '42704'],
  exceptions: [
    'It was made by this plan.',
    'A view of the old name takes its place in the same transaction.',
    'It gets its old name back in the same transaction.',
    'It is an index, or a constraint, which has a rule of its own.',
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-RENAME'],
  bad: {
    before,
    files: ['ALTER TABLE people RENAME TO users;'],
    running: 'SELECT email FROM people',
  },
  good: {
    before,
    files: [bridge],
    running: `SELECT email FROM people WHERE id = 1; INSERT INTO people (id, email) VALUES (1, 'a') ON CONFLICT (id) DO NOTHING; UPDATE people SET email = 'b'`,
  },
  find: (change, place) => {
    const moved = movedAway(change, place)
    if (moved === undefined) return undefined
    if (isUndone(moved, place)) return undefined
    const next = replacement(moved.object, moved.name, place)
    if (next !== undefined && next.kind !== 'rename' && next.kind !== 'create table') return undefined
    const old = shown(moved.name)
    const to = shown(nameAfter(moved))
    const missing = stateOfMissing(moved.object)
    const does = moved.kind === 'rename' ? 'Renaming' : 'Moving'
    return {
      table: moved.object === 'table' ? moved.name : undefined,
      message: `${does} the ${moved.object} ${old} to ${to} breaks the running code, which knows the old name only.`,
      why:
        next === undefined
          ? `Until the last old dyno is gone, its queries fail with ${missing}.`
          : `Something else takes the name ${old}, and the running code reads and writes that from then on.`,
      instead: isTable(moved.object)
        ? `Leave a view of the old name behind in the same file, and drop it in contract-migrations/:\n${place.statement};\nCREATE VIEW ${old} AS SELECT ... FROM ${to};`
        : `Make it under the new name beside the old one, use the new one in this release, and drop the old one in contract-migrations/.`,
      sqlstate: missing,
      ...(next === undefined ? {} : { severity: 'warning' as const }),
    }
  },
}

/** Nobody sees another name: the transaction gives the old one back to the same thing. */
function isUndone(moved: Moved, { later, inTransaction }: Place): boolean {
  if (moved.kind !== 'rename' || !inTransaction()) return false
  let name = moved.to
  for (const next of later()) {
    if (next.kind !== 'rename' || next.object !== moved.object || next.name.name !== name) continue
    name = next.to
    if (name === moved.name.name) return true
  }
  return false
}

const isTable = (object: ObjectKind) =>
  object === 'table' || object === 'view' || object === 'materialized view'

const nameAfter = (moved: Moved): Name =>
  moved.kind === 'rename'
    ? { schema: moved.object === 'schema' ? undefined : moved.name.schema, name: moved.to }
    : { schema: moved.to, name: moved.name.name }

const leakyBridge: Rule = {
  name: 'bridge-view',
  hazard: 'compatibility',
  danger:
    'A view of the old name lacks the grants, the row-level security or a column of the table that it stands for.',
  sqlstates: ['42501', '42703'],
  exceptions: ['The catalog does not say that the table has any of them, or the same file takes care of it.'],
  sources: ['https://www.postgresql.org/docs/current/sql-createview.html#SQL-CREATEVIEW-SECURITY'],
  bad: {
    before,
    files: ['ALTER TABLE people RENAME TO users;\nCREATE VIEW people AS SELECT id FROM users;'],
    running: 'SELECT email FROM people',
  },
  good: {
    before: `${before} GRANT SELECT ON people TO app;`,
    files: [`${bridge}\nGRANT SELECT ON people TO app;`],
    running: 'SELECT email FROM people',
    role: 'app',
  },
  find: (change, place) => {
    const moved = movedAway(change, place)
    if (moved === undefined || !isTable(moved.object)) return undefined
    const view = replacement(moved.object, moved.name, place)
    return view?.kind === 'create view' ? leak(moved, view, place) : undefined
  },
}

function leak(
  moved: Moved,
  view: Extract<Change, { kind: 'create view' }>,
  place: Place,
): Advice | undefined {
  const table = place.state.table(moved.name)
  const known = table.catalog
  const old = shown(moved.name)
  const missing = (known?.columns ?? []).filter(({ name }) => view.columns?.includes(name) === false)
  if (missing.length > 0) {
    const columns = columnList(missing.map(({ name }) => name))
    return {
      table: moved.name,
      message: `The view ${old} lacks ${columns}, which the running code may use.`,
      why: 'Queries that name a column which the view does not have fail with 42703.',
      instead: `List every column of the table:\nCREATE VIEW ${old} AS SELECT ${columnList((known?.columns ?? []).map(({ name }) => name))} FROM ${shown(nameAfter(moved))};`,
      sqlstate: '42703',
    }
  }
  if (known?.rowSecurity === true && !view.securityInvoker) {
    return {
      table: moved.name,
      message: `The view ${old} shows every row, although ${shown(nameAfter(moved))} has row-level security.`,
      why: 'A view reads with the rights of its owner, for whom the policies do not hold.',
      instead: `Let the view read with the rights of whoever asks (15 and later):\nCREATE VIEW ${old} WITH (security_invoker) AS SELECT ... FROM ${shown(nameAfter(moved))};`,
    }
  }
  const roles = table.grantedTo ?? []
  if (roles.length === 0 || isGrantedLater(moved.name, place)) return undefined
  return {
    table: moved.name,
    message: `The view ${old} has none of the grants of the table, so ${roles.map(quoted).join(', ')} cannot use it.`,
    why: 'Grants go with the table to its new name, and other roles than the owner get 42501 from the view.',
    instead: `Grant the same again in the same file:\nGRANT SELECT, INSERT, UPDATE, DELETE ON ${old} TO ${roles.map(quoted).join(', ')};`,
    sqlstate: '42501',
  }
}

/** What new names and new schemas do to running code, and the view that bridges them. */
export const renameRules: readonly Rule[] = [rename, leakyBridge]

import type { Change, Name } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Place, Rule } from '../rule.js'
import type { State } from '../state/state.js'
import { strongLocks } from '../state/strong-locks.js'
import { isBusy, isInUse, named } from './tables.js'

const before = `CREATE TABLE users (id int PRIMARY KEY, email text); CREATE TABLE events (id int PRIMARY KEY, kind text);`

const workUnderLock: Rule = {
  name: 'work-under-lock',
  hazard: 'order',
  danger: 'A lock that would be held for a moment is held for as long as the rest of its migration works.',
  lock: 'that of the earlier statement, for the time of the later one',
  exceptions: [
    'The locked table was made by this plan, or the catalog says that it is tiny.',
    'The work stands before the lock, in a file of its own, or outside a transaction.',
  ],
  sources: ['https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES'],
  bad: {
    before,
    files: [
      'ALTER TABLE users ADD COLUMN seen int; CREATE TABLE kinds AS SELECT kind, count(*) FROM events GROUP BY kind;',
    ],
    running: 'SELECT id FROM users WHERE id = 1',
  },
  good: {
    before,
    files: [
      'CREATE TABLE kinds AS SELECT kind, count(*) FROM events GROUP BY kind; ALTER TABLE users ADD COLUMN seen int;',
    ],
    running: 'SELECT id FROM users WHERE id = 1',
  },
  find: (change, place) => {
    const work = workOf(change, place)
    if (work === undefined) return undefined
    const held = place.locked().find((name) => isBusy(place.state.table(name)))
    if (held === undefined) return undefined
    return {
      table: held,
      message: `While ${work}, ${named(place.state.table(held))} stays locked by a statement before it in this migration.`,
      why: 'A lock is held until its transaction ends, so the work after it counts as work under it, and whoever uses the table waits for that long.',
      instead: `Put the statement that locks ${shown(held)} into a migration of its own.`,
    }
  },
}

/** What takes time with the number of rows, and is no danger by itself. */
function workOf(change: Change, { earlier, state }: Place): string | undefined {
  switch (change.kind) {
    case 'write': {
      const { table, does, values, equals, limited } = change
      const small = values || limited || equals.length > 0
      return small || does === 'copy' || isEmpty(table, does, state)
        ? undefined
        : `the rows of ${shown(table)} are written`
    }
    case 'create table':
      return change.filled ? `${shown(change.table)} is filled` : undefined
    case 'create view':
      return change.materialized ? `${shown(change.view)} is filled` : undefined
    case 'read': {
      const read = change.tables.find((name) => isBusy(state.table(name)))
      return read === undefined ? undefined : `${shown(read)} is read`
    }
    case 'refresh':
      return change.withData ? `${shown(change.view)} is filled` : undefined
    case 'validate constraint': {
      // NOT VALID and VALIDATE in one transaction have a rule of their own.
      const both = earlier().some(
        (one) => one.kind === 'add constraint' && one.table.name === change.table.name,
      )
      return both || !isBusy(state.table(change.table))
        ? undefined
        : `${quoted(change.constraint)} is validated`
    }
  }
  return undefined
}

/** UPDATE and DELETE of what the plan made and put nothing into. */
const isEmpty = (table: Name, does: string, state: State) =>
  does !== 'insert' && does !== 'merge' && !isBusy(state.table(table))

const mostTables = 3

const manyTables: Rule = {
  name: 'many-tables-locked',
  hazard: 'order',
  danger: 'A migration that locks several tables holds the first while it waits for the others.',
  lock: 'that of each statement, until the last one has its own',
  exceptions: ['Fewer than three tables are locked that were there before and are in use.'],
  sources: ['https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS'],
  bad: {
    before: 'CREATE TABLE a (id int); CREATE TABLE b (id int); CREATE TABLE c (id int);',
    files: [
      'ALTER TABLE a ADD COLUMN n int; ALTER TABLE b ADD COLUMN n int; ALTER TABLE c ADD COLUMN n int;',
    ],
    shows: 'short lock',
  },
  good: {
    before: '',
    files: ['CREATE TABLE a (id int); CREATE TABLE b (id int); CREATE TABLE c (id int);'],
  },
  find: (change, place) => {
    const now = used(strongLocks(change, place.state), place.state)
    if (now.length === 0 || !place.inTransaction()) return undefined
    const held = used(place.locked(), place.state)
    const all = [...new Set([...held, ...now])]
    if (held.length >= mostTables || all.length < mostTables) return undefined
    return {
      table: undefined,
      message: `This migration holds locks on ${all.slice(0, -1).join(', ')} while it waits for ${all.at(-1) ?? ''}.`,
      why: 'Each wait counts for all tables that are locked already, and running code that takes them in another order meets a deadlock (40P01).',
      instead: 'Make a migration for each table; each is then a short transaction of its own.',
      severity: 'warning',
    }
  },
}

/** The first of them that are in use, as many as matter. */
function used(names: readonly Name[], state: State): string[] {
  const found = new Set<string>()
  for (const name of names) {
    if (isInUse(state.table(name))) found.add(shown(name))
    if (found.size >= mostTables) break
  }
  return [...found]
}

/** Locks that are held for longer than their own statement needs them. */
export const heldLockRules: readonly Rule[] = [workUnderLock, manyTables]

import type { Change } from '../change.js'
import { shown } from '../finding.js'
import type { Place, Rule } from '../rule.js'
import { strongLocks } from '../state/strong-locks.js'
import { isInUse } from './tables.js'

// Longer than that, whoever asks for the table has given up.
const longestMs = 10_000

const timeoutOff: Rule = {
  name: 'lock-timeout-off',
  hazard: 'lock',
  danger:
    'Without lock_timeout a statement waits for its lock for ever, and all queries of the table wait behind it.',
  lock: 'that of the statements after it',
  exceptions: [
    'No statement after it locks a table that was there before.',
    'Outside a transaction, where it is set anew for each statement.',
  ],
  sources: ['https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT'],
  bad: {
    before: 'CREATE TABLE users (id int PRIMARY KEY);',
    files: ['SET lock_timeout = 0; ALTER TABLE users ADD COLUMN email text;'],
    shows: 'short lock',
  },
  good: {
    before: 'CREATE TABLE users (id int PRIMARY KEY);',
    files: ['-- no-transaction\nSET lock_timeout = 0; CREATE INDEX CONCURRENTLY users_idx ON users (id);'],
  },
  find: (change, place) => {
    if (change.kind !== 'set' || change.setting !== 'lock_timeout' || !place.inTransaction()) return undefined
    const ms = millisecondsOf(change.value)
    if (ms !== 0 && ms <= longestMs) return undefined
    const next = place.later().flatMap((later) => strongLocks(later, place.state))
    const table = next.find((name) => isInUse(place.state.table(name)))
    if (table === undefined) return undefined
    const endless = ms === 0 ? 'for ever' : `for up to ${Math.round(ms / 1000)} s`
    return {
      table,
      message: `Then this migration waits ${endless} for its lock on ${shown(table)}, and every query of that table waits behind it.`,
      why: 'A statement that waits for a table lock makes all later ones queue; a short lock_timeout with another try is what keeps the app going.',
      instead: 'Take this line out: release migrate sets lock_timeout for each migration, and tries again.',
    }
  },
}

const units: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** A setting of time; 0 is no limit, as is DEFAULT. https://www.postgresql.org/docs/current/config-setting.html */
function millisecondsOf(value: string | undefined): number {
  const found = /^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*$/.exec(value ?? '0')
  return found === null ? 0 : Number(found[1]) * (units[found[2] ?? 'ms'] ?? 1)
}

const ownTransaction: Rule = {
  name: 'own-transaction',
  hazard: 'order',
  danger: 'A COMMIT in a migration parts it from its record, and a ROLLBACK undoes it while it is recorded.',
  exceptions: [
    'BEGIN and COMMIT around the whole file, which are left out.',
    'ROLLBACK TO SAVEPOINT.',
    'The file runs outside a transaction.',
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-commit.html'],
  bad: {
    before: 'CREATE TABLE users (id int PRIMARY KEY);',
    files: ['ALTER TABLE users ADD COLUMN n int; ROLLBACK; UPDATE users SET n = 1 WHERE id = 1;'],
    shows: 'failure',
  },
  good: {
    before: 'CREATE TABLE users (id int PRIMARY KEY);',
    files: ['BEGIN; ALTER TABLE users ADD COLUMN n int; UPDATE users SET n = 1 WHERE id = 1; COMMIT;'],
  },
  find: (change, place) => {
    if (change.kind !== 'transaction' || place.noTransaction) return undefined
    if (change.does === 'roll back') {
      return {
        table: undefined,
        message: 'This ROLLBACK undoes what the migration has done, so it is refused.',
        why: 'A migration runs in a transaction of its own, with its record; what is rolled back would be recorded as done.',
        instead: 'Take it out. To undo a part: SAVEPOINT a; ...; ROLLBACK TO SAVEPOINT a;',
      }
    }
    if (change.does !== 'commit' || wrapsAll(place)) return undefined
    return {
      table: undefined,
      message: 'This COMMIT ends the transaction of the migration before its end.',
      why: 'What stands before it stays when something after it fails, and the migration is not recorded: the next run begins it again.',
      instead: 'Make two migrations of it; each has a transaction, and a record, of its own.',
      severity: 'warning',
    }
  },
}

/** It ends what the first statement began, and nothing comes after it. */
function wrapsAll({ earlier, later }: Place): boolean {
  const before = earlier()
  const [first] = before
  const begins = first?.kind === 'transaction' && first.does === 'begin'
  return begins && before.filter(isControl).length === 1 && later().length === 0
}

const isControl = (change: Change) => change.kind === 'transaction' && change.does !== 'savepoint'

/** What a migration sets or ends that belongs to its release. */
export const sessionRules: readonly Rule[] = [timeoutOff, ownTransaction]

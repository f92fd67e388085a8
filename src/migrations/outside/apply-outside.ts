import { beginning } from '../../core/beginning.js'
import type { ApplyOptions, Tally } from '../attempt.js'
import type { SqlStep } from '../build.js'
import { sqlstateOf, StatementError } from '../failure.js'
import { commit, rollBack, send, settle } from '../send.js'
import { workOnIndex } from './index-work.js'
import { piecesOf, type Piece } from './pieces.js'
import { resume, type Resumed } from './resume.js'

interface Applying {
  readonly options: ApplyOptions
  readonly tally: Tally
  readonly resumed: Resumed
  /** Statements in a transaction of the file's own; they stay when it ends. */
  readonly open: Piece[]
}

/**
 * Statement by statement, after those that an earlier attempt has done. A statement that can be in a transaction is
 * in one with the note that it is done: both stay, or neither. What cannot be, such as CREATE INDEX CONCURRENTLY, is
 * noted afterwards; where the database cannot tell whether it was done, also before.
 */
export async function applyOutside(
  steps: readonly SqlStep[],
  options: ApplyOptions,
  tally: Tally,
): Promise<void> {
  tally.inTransaction = false
  const pieces = await piecesOf(steps)
  const resumed = await resume(pieces, options, tally.attempt)
  const applying: Applying = { options, tally, resumed, open: [] }
  const last = pieces.findLast(({ place }) => place !== undefined)
  tally.stayed = resumed.from
  let recorded = false
  for (const piece of pieces) {
    if (piece.place !== undefined && piece.place < resumed.from) continue
    recorded = await applyPiece(piece, applying, piece === last && piece === pieces.at(-1))
  }
  if (recorded) return
  await options.keepLock()
  await commit(`BEGIN; RESET ROLE; ${options.record(tally.attempted())}; COMMIT`, options.connection)
}

/** Resolves with whether the migration was recorded together with it, as may be done with its last statement. */
async function applyPiece(piece: Piece, applying: Applying, last: boolean): Promise<boolean> {
  const { options, tally } = applying
  const { statement, place } = piece
  if (place === undefined || statement.transaction !== undefined || options.connection.status() !== 'idle') {
    await asTheFileSays(piece, applying)
    return false
  }
  let recorded = false
  const work = async () => {
    recorded = await inTransactionOrAlone(piece, place, applying, last)
  }
  await (statement.waits === undefined ? work() : options.patiently(statement.waits, work))
  tally.stayed = place + 1
  return recorded
}

/** Settings, and what stands between the file's own BEGIN and COMMIT; the note travels with that COMMIT. */
async function asTheFileSays(piece: Piece, { options, tally, open }: Applying): Promise<void> {
  const { connection, keeping } = options
  const { statement, place } = piece
  await connection.query(settings(options, statement.concurrent))
  if (place !== undefined) open.push(piece)
  const [first] = open
  const note = first?.place === undefined ? '' : keeping.keepSql(first.place, open.map(done))
  const travels = statement.transaction?.does === 'commit' && connection.status() === 'in transaction'
  if (travels) await connection.query(asOurselves(note))
  const work = async () => await send({ ...piece.at, sql: statement.sql }, connection)
  await (statement.waits === undefined ? work() : options.patiently(statement.waits, work))
  if (connection.status() !== 'idle' || first === undefined) return
  if (!travels) await connection.query(alone(note))
  tally.stayed += open.splice(0).length
}

async function inTransactionOrAlone(
  piece: Piece,
  place: number,
  applying: Applying,
  last: boolean,
): Promise<boolean> {
  const { options, resumed } = applying
  const cutOff = resumed.cutOff && place === resumed.from
  if (piece.statement.concurrent) {
    await runAlone(piece, place, applying, { last, cutOff })
    return false
  }
  try {
    await runInTransaction(piece, place, applying, last)
    return last
  } catch (error) {
    if (!refusesTransactions(error)) throw error
    await settle(options.connection)
    await rollBack(options.connection)
    // What ends a transaction by itself may have ended some before it fails.
    applying.tally.partWay = sqlstateOf(error) === '2D000'
    await runAlone(piece, place, applying, { last, cutOff })
    return false
  }
}

// Active SQL transaction; invalid transaction termination, of a procedure or DO block that says COMMIT.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
const refusesTransactions = (error: unknown) =>
  error instanceof StatementError && !error.atCommit && ['25001', '2D000'].includes(sqlstateOf(error))

async function runInTransaction(
  piece: Piece,
  place: number,
  { options, tally }: Applying,
  last: boolean,
): Promise<void> {
  const { connection, keeping } = options
  await connection.query(beginning(options.lockTimeoutMs, options.searchPath))
  await send({ ...piece.at, sql: piece.statement.sql }, connection)
  if (last) await options.keepLock()
  const note = last
    ? `RESET ROLE; ${options.record(tally.attempted())}`
    : `${noRole}; ${keeping.keepSql(place, [done(piece)])}`
  await commit(`${note}; COMMIT`, connection)
}

/** CONCURRENTLY waits for older transactions by design; a `lock_timeout` there would leave an invalid index behind. */
async function runAlone(
  { statement, at, hash }: Piece,
  place: number,
  { options, tally }: Applying,
  { last, cutOff }: { last: boolean; cutOff: boolean },
): Promise<void> {
  const { connection, keeping, lockTimeoutMs, onLog = () => undefined, onWarn } = options
  const { builds, reindexes, drops, detaches, sql } = statement
  // Of these the catalog tells everything.
  const tells = builds !== undefined || reindexes !== undefined
  const before = tells ? '' : `; ${alone(keeping.keepSql(place, [{ hash, done: false }]))}`
  await connection.query(`${settings(options, statement.concurrent)}${before}`)
  if (cutOff && !tells && drops === undefined && detaches === undefined) {
    onWarn(
      `a run was cut off in it, and how far it came cannot be known; it runs again: ${sql.split('\n')[0]}`,
    )
  }
  try {
    await workOnIndex(statement, { connection, lockTimeoutMs, onLog, wasCutOff: cutOff }, async () => {
      await send({ ...at, sql }, connection)
    })
  } catch (error) {
    // It is known to have failed, so the next run has no reason to wonder.
    if (!tells) await connection.query(keeping.forgetSql(place)).catch(() => undefined)
    throw error
  }
  tally.partWay = false
  if (!last) await connection.query(alone(keeping.keepSql(place, [{ hash, done: true }])))
}

const done = ({ hash }: Piece) => ({ hash, done: true })

const settings = ({ searchPath, lockTimeoutMs }: ApplyOptions, concurrent: boolean) =>
  `SET search_path TO ${searchPath}; SET lock_timeout = ${concurrent ? 0 : lockTimeoutMs}`

// The migration may have taken another role, which need not have a right to the ledger.
const noRole = 'SET LOCAL role TO DEFAULT'

const alone = (note: string) => `BEGIN; ${noRole}; ${note}; COMMIT`

/** Inside a transaction that goes on, the migration's role comes back. */
const asOurselves = (note: string) =>
  `SELECT set_config('release_phase.role', current_setting('role'), true); ${noRole}; ${note};
   SELECT set_config('role', current_setting('release_phase.role'), true)`

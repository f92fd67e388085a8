import { formatDuration } from '../core/duration.js'
import { messageOf, ReleaseError } from '../core/errors.js'
import { exitCodes } from '../core/exit-codes.js'
import { nameCommand } from '../core/other-migrator.js'
import { noWork, skippedWork, type AppliedStep, type Work } from '../core/outcome.js'
import { checksumOf } from '../migrations/load.js'
import { ensureLedger } from '../postgres/ledger.js'
import { finishRun, startRun, stepSql } from '../postgres/runs.js'
import type { Session } from '../postgres/session.js'
import { startCommand, type CommandEnd } from '../shell/command.js'
import { claimUnderLock, type Claiming } from './claiming.js'
import { commandFailed, commandStopped, commandWithoutLock } from './command-failure.js'
import { keepSession } from './keeping.js'
import { behindMaintenance } from './maintenance/behind.js'
import { writeClaim } from './owning.js'
import { checkRestart } from './restarting.js'
import { runFacts, type World } from './world.js'

/**
 * The release by another migrator: its command runs while the session holds the lock, and the ledger keeps what
 * came of it. Throws when it fails (1), is stopped, or the session, and with it the lock, is lost (69).
 */
export async function releaseByCommand(world: World, command: string, claiming: Claiming): Promise<Work> {
  const { session, hooks, progress } = claiming
  const { claim, lockWaitMs } = await claimUnderLock(world, claiming)
  if (!claim.go) return skippedWork(claim.reason)
  await checkRestart(world, 1)
  await ensureLedger(session)
  await writeClaim(world, session, claim)
  const applied: AppliedStep[] = []
  const maintenance = await behindMaintenance(
    world,
    { ...claiming, pendingCount: 1, findings: [] },
    async () => {
      await hooks.before('apply')
      const runId = await startRun(session, { ...runFacts(world), lockWaitMs })
      // What it does to the database before it fails, it alone knows.
      progress.touch()
      applied.push(await applyCommand(world, command, { ...claiming, runId }))
      return applied
    },
  )
  return { ...noWork, outcome: 'applied', migrator: nameCommand(command), applied, lockWaitMs, maintenance }
}

async function applyCommand(
  world: World,
  command: string,
  claiming: Claiming & { readonly runId: string },
): Promise<AppliedStep> {
  const { session, ends, cancel, runId } = claiming
  const name = nameCommand(command)
  // From here on the command is what has to be stopped; the session only keeps the lock, until the very end.
  cancel.dispose()
  const { end, failure } = await watch(world, command, claiming)
  const result = { runId, name, checksum: checksumOf(command), end, failure, stopped: ends.aborted }
  await within(recordMs, session, record(world, session, result)).catch((error: unknown) => {
    // What it did is done: the word of the command weighs more than that of the ledger.
    world.log.warn('apply', `the ledger could not be told how ${name} ended: ${messageOf(error)}`)
  })
  if (failure !== undefined) throw failure
  const { durationMs } = end
  world.log.info('apply', `${name} (${formatDuration(durationMs)})`, { name, durationMs })
  return { name, durationMs, lockWaitMs: 0, attempts: 1, inTransaction: false }
}

// Heroku sends SIGKILL 30 s after SIGTERM, and the ledger wants its word before that.
// https://devcenter.heroku.com/articles/dyno-shutdown-behavior
const graceMs = 20_000
const graceWithoutLockMs = 3000
const recordMs = 3000
const tailLines = 25

interface Watched {
  readonly end: CommandEnd
  readonly failure: ReleaseError | undefined
}

async function watch(world: World, command: string, { session, ends }: Claiming): Promise<Watched> {
  const { config, log, environment } = world
  const name = nameCommand(command)
  const tail: string[] = []
  ends.throwIfAborted()
  log.info('apply', `running ${name}`)
  const running = startCommand({
    command,
    folder: config.folder,
    // The same database that was looked at and locked, also where DATABASE_URL is a pooler.
    environment: { ...environment, DATABASE_URL: config.databaseUrl },
    onLine: (line) => {
      log.info('apply', line)
      tail.push(line)
      if (tail.length > tailLines) tail.shift()
    },
  })
  const over = new AbortController()
  const onEnds = () => {
    const signal = signalOf(ends.reason)
    log.warn('apply', `${signal} to ${name}; SIGKILL follows in ${formatDuration(graceMs)}`)
    running.stop(signal, graceMs)
  }
  ends.addEventListener('abort', onEnds, { once: true })
  const watching = keepSession(session, over.signal).then((lost) => {
    if (lost !== undefined) running.stop('SIGTERM', graceWithoutLockMs)
    return lost
  })
  const end = await running.ended
  over.abort()
  ends.removeEventListener('abort', onEnds)
  const lost = await watching
  const failed = { name, end, tail }
  if (ends.aborted) return { end, failure: commandStopped(ends.reason, failed) }
  if (lost !== undefined) return { end, failure: commandWithoutLock(lost, failed) }
  return { end, failure: end.status === 0 ? undefined : commandFailed(failed) }
}

/** The signal that stopped this run, to be passed on; SIGTERM for a deadline. */
function signalOf(reason: unknown): NodeJS.Signals {
  const exitCode = reason instanceof ReleaseError ? reason.exitCode : undefined
  if (exitCode === exitCodes.interrupted) return 'SIGINT'
  return exitCode === exitCodes.hangup ? 'SIGHUP' : 'SIGTERM'
}

// A command has no history table of ours; its steps stand under this name.
const history = { schema: 'release_phase', name: 'command' }

interface Result extends Watched {
  readonly runId: string
  readonly name: string
  readonly checksum: string
  readonly stopped: boolean
}

async function record(
  { redact }: World,
  session: Session,
  { runId, name, checksum, ...result }: Result,
): Promise<void> {
  const { end, failure, stopped } = result
  const error = failure === undefined ? undefined : redact(failure.message)
  const outcome = failure === undefined ? 'applied' : stopped ? 'interrupted' : 'failed'
  await session.query(
    stepSql({
      runId,
      history,
      migration: name,
      checksum,
      inTransaction: false,
      durationMs: end.durationMs,
      lockWaitMs: 0,
      attempts: 1,
      outcome,
      error,
    }),
  )
  const applied = failure === undefined ? 1 : 0
  await finishRun(session, runId, outcome === 'applied' ? 'done' : outcome, applied, error)
}

/** Waits for the work, and cuts the connection when it takes too long. */
async function within(limitMs: number, session: Session, work: Promise<void>): Promise<void> {
  const timer = setTimeout(() => session.cut(), limitMs)
  try {
    await work
  } finally {
    clearTimeout(timer)
  }
}

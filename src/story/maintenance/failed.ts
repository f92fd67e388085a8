import { messageOf, ReleaseError } from '../../core/errors.js'
import { describeTypes } from '../../core/maintenance.js'
import type { World } from '../world.js'
import type { Behind } from './closing.js'
import type { Remembered } from './close.js'
import { forget, isWantedOn } from './finish.js'
import { openApp } from './open.js'
import { findApp } from './platform.js'

// Heroku sends SIGKILL 30 s after SIGTERM. https://devcenter.heroku.com/articles/dyno-shutdown-behavior
const stoppedMs = 20_000
const shortWaitMs = 15_000

/**
 * Closing the app or the work behind it has failed. Where the database is as it was before, the app is opened again;
 * else it stays closed, since no code is known to fit. Returns the error, which then says which of the two.
 */
export async function afterFailure(
  world: World,
  error: unknown,
  failed: Behind & { readonly record: Remembered },
): Promise<unknown> {
  const { record, cancel, session, ends } = failed
  cancel.dispose()
  const known: unknown = ends.aborted && !(error instanceof ReleaseError) ? ends.reason : error
  const tell = (told: Told) => withState(world, known, told)
  const why = whyClosed(failed)
  if (why !== undefined) return tell(staysClosed(record, why))
  const signal = ends.aborted ? AbortSignal.timeout(stoppedMs) : world.signal
  const waitMs = ends.aborted ? shortWaitMs : world.config.maintenanceWaitMs
  let on: boolean
  try {
    const staysOn = async () => await isWantedOn(session, record)
    on = await openApp(world, await findApp(world, signal), record, { signal, waitMs, staysOn })
  } catch (trouble) {
    return tell(staysClosed(record, `it could not be opened again: ${messageOf(trouble)}`))
  }
  await forget(world, session)
  const state = on ? 'as it was, in maintenance mode' : 'open again'
  return tell({ state: `${record.app} is ${state}.`, todo: [] })
}

interface Told {
  readonly state: string
  readonly todo: readonly string[]
}

/** Why the database is not, or perhaps not, as it was before. */
function whyClosed({ found, progress, session }: Behind): string | undefined {
  const { length } = progress.applied
  if (length > 0)
    return `${length === 1 ? 'a migration was' : `${length} migrations were`} applied before the failure`
  if (progress.touched) return 'part of what failed has stayed in the database, or may have'
  if (session.lost() !== undefined) return 'what became of the last statement is not known'
  if (found?.stage === 'migrating') return 'an earlier release ended in the middle of migrating'
  return undefined
}

function staysClosed(record: Remembered, why: string): Told {
  const { app, stopped } = record
  const types = stopped.filter(({ kept }) => !kept)
  const processes = types.length === 0 ? '' : `, and its processes (${describeTypes(types)}) are stopped`
  return {
    state: `${app} is still in maintenance mode${processes}: ${why}.`,
    todo: [
      `release migrate --app ${app} goes on behind maintenance mode, and then opens the app.`,
      `To open it as it is: release maintenance off --app ${app}`,
    ],
  }
}

function withState({ log }: World, error: unknown, { state, todo }: Told): unknown {
  if (!(error instanceof ReleaseError)) {
    log.warn('maintain', state)
    return error
  }
  const { code, exitCode, message, detail, sqlstate } = error
  return new ReleaseError(code, exitCode, message, {
    detail,
    state: error.state === undefined ? state : `${error.state} ${state}`,
    todo: [...error.todo, ...todo],
    sqlstate,
    cause: error,
  })
}

import { formatDuration } from '../core/duration.js'
import { failedError, unavailableError } from '../core/errors.js'
import type { App } from './app.js'
import { waitFor } from './changes.js'

/**
 * Waits until every dyno of the formation is up on the current release. Throws when one crashed, or when
 * `deadlineMs` have passed, with the dynos and the newest log lines as detail.
 */
export async function waitForDynos(app: App, deadlineMs: number): Promise<void> {
  const verdict = await waitFor(app.changes, () => judge(app), deadlineMs, app.closing)
  if (app.closing.aborted) throw unavailableError('app-closed', `${app.name} was closed.`)
  if (verdict === 'up') return
  const dynos = app.formation.listed().map((dyno) => `${dyno.name} ${dyno.state()} v${dyno.release.version}`)
  const detail = [...dynos, ...app.log.lines({ lines: 20 }).map(({ line }) => line)]
  if (verdict === 'crashed') throw failedError('dyno-crashed', `A dyno of ${app.name} crashed.`, { detail })
  throw unavailableError(
    'dynos-not-up',
    `The dynos of ${app.name} are not all up after ${formatDuration(deadlineMs)}.`,
    { detail },
  )
}

function judge(app: App): 'crashed' | 'up' | undefined {
  const dynos = app.formation.listed()
  if (dynos.some((dyno) => dyno.state() === 'crashed')) return 'crashed'
  const version = app.releases.current()?.version
  const ready = dynos.every((dyno) => dyno.state() === 'up' && dyno.release.version === version)
  return ready ? 'up' : undefined
}

import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '../core/duration.js'
import { tryAgainError } from '../core/errors.js'
import { describeBlockers, describeSessions } from '../postgres/blockers.js'
import { readIndexProgress } from '../postgres/progress.js'
import type { Session } from '../postgres/session.js'
import type { Look, Watch } from '../postgres/watch.js'
import { readWeather, type Patience, type Weather } from '../postgres/weather.js'
import { boundedBy, type Bound } from './deadline.js'
import { endIdle } from './waiting.js'
import type { World } from './world.js'

interface Patient {
  readonly session: Session
  readonly watch: Watch
  readonly signal: AbortSignal
  /** The migration's, for the log. */
  readonly name: string
}

/**
 * Runs a statement that waits for other transactions by design: not before those are over that are old already,
 * and telling how far it is. Throws 75 when they last for longer than `index-wait`.
 */
export async function patiently(
  world: World,
  patient: Patient,
  patience: Patience,
  work: () => Promise<void>,
): Promise<void> {
  await awaitWeather(world, patient, patience)
  await patient.watch.during(tellProgress(world, patient), work)
}

const pollMs = 500
const noticeEveryMs = 15_000

/**
 * Waits for what is there at the first look, and not for what comes later: under a load of reports that follow
 * each other there is always an old one, and the statement itself waits only for those before it. Until it
 * begins, nothing is half built, and the table can still be vacuumed and altered.
 */
async function awaitWeather(
  world: World,
  { session, signal, name }: Patient,
  patience: Patience,
): Promise<void> {
  const { config, log } = world
  const startedAt = performance.now()
  const bound = boundedBy(world, config.indexWaitMs, 'RELEASE_INDEX_WAIT')
  let left: readonly Weather[] = await readWeather(session, patience)
  const waited: readonly Weather[] = left
  let noticedAt = -Infinity
  while (left.length > 0) {
    await endIdle(world, session, left)
    await sleep(pollMs, undefined, { signal })
    const known = new Set(left.map(({ transaction }) => transaction))
    left = (await readWeather(session, patience)).filter(({ transaction }) => known.has(transaction))
    const waitedMs = performance.now() - startedAt
    if (left.length === 0) break
    if (waitedMs >= bound.waitMs) throw stillThere(left, patience, bound)
    if (waitedMs - noticedAt < noticeEveryMs) continue
    noticedAt = waitedMs
    log.info(
      'apply',
      `${name}: not begun yet, waiting (${formatDuration(waitedMs)} of at most ${bound.shown}) for ${describeSessions(left.slice(0, 5))}`,
      { waitsFor: left },
    )
  }
  if (noticedAt >= 0)
    log.info('apply', `${name}: begins after ${formatDuration(performance.now() - startedAt)}`, { waited })
}

const stillThere = (left: readonly Weather[], { waitsFor }: Patience, { waitMs, setting }: Bound) =>
  tryAgainError(
    'old-transactions',
    `Old transactions were open for all of the ${formatDuration(waitMs)} that this statement waited to begin; ${waitsFor === 'workers' ? 'beside them it cannot run' : 'it would wait for them with its work half done'}.`,
    {
      detail: [describeSessions(left.slice(0, 5))],
      todo: [
        `End them (heroku pg:ps, heroku pg:kill PID), release again when they are over, or wait longer: ${setting}`,
      ],
    },
  )

const quietMs = 3000
const lineEveryMs = 5000

/** A line for each phase of a long statement, and every few seconds, with the sessions that it waits for. */
function tellProgress({ log }: World, { session, name }: Patient): Look {
  let told: { readonly phase: string | undefined; readonly at: number } | undefined
  return async (second, blockers, ranForMs) => {
    if (ranForMs < quietMs) return
    const progress = await readIndexProgress(second, session.pid)
    const now = performance.now()
    if (told !== undefined && told.phase === progress?.phase && now - told.at < lineEveryMs) return
    told = { phase: progress?.phase, at: now }
    const percent = progress?.percent === undefined ? '' : `, ${progress.percent} %`
    const who = blockers.length === 0 ? '' : `; ${describeBlockers(blockers)}`
    log.info(
      'apply',
      `${name}: ${progress?.phase ?? 'under way'}${percent} (${formatDuration(ranForMs)})${who}`,
      { ...progress, ranForMs, blockers },
    )
  }
}

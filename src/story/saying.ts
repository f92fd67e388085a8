import type { Plan } from '../core/plan.js'
import type { Progress } from '../core/progress.js'
import type { Session } from '../postgres/session.js'
import { appOf, type World } from './world.js'

/** The first line of a run that has work to do: who releases, and into what. */
export function tellWhere(world: World, { target }: Session, serverVersion: number): void {
  const { release: version, dyno, who } = world.surroundings
  const app = [appOf(world).name ?? 'app unknown', version].filter(Boolean).join(' ')
  const place = dyno === undefined ? `by hand by ${who ?? 'somebody'}` : `in ${dyno}`
  const server = `PostgreSQL ${Math.floor(serverVersion / 10_000)}`
  world.log.info('connect', `${app}, ${place}, to ${server} at ${target.location}`)
}

/** Said before anything else can fail: whatever becomes of this release, nobody forgets it. */
export function tellClosed({ log }: World): void {
  log.warn(
    'maintain',
    'an earlier release has closed the app; release maintenance shows which, and what mends it',
  )
}

export function tellPending({ log }: World, { pending, appliedCount }: Plan): void {
  log.info('plan', `${pending.length} pending, ${appliedCount} applied before`, {
    pending: pending.map(({ name }) => name),
  })
}

/** After a lost connection: says what became of the migration that was under way. */
export function tellLearned({ log }: World, progress: Progress, { pending }: Plan): void {
  const step = progress.learn(pending.map(({ name }) => name))
  if (step !== undefined)
    log.info('apply', `${step.name} (its COMMIT went through; only the answer was lost)`)
}

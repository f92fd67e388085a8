import { usageError } from '../../core/errors.js'
import { readApp } from '../../heroku/apps.js'
import { currentRelease } from '../../heroku/releases.js'
import type { Asked } from '../asking.js'
import type { World } from '../world.js'

/** Whose log is followed, and from when on. */
export interface Subject {
  readonly app: string
  readonly isFir: boolean
  /** The current release's version; undefined: the app never had one. */
  readonly release: number | undefined
  /** Older lines do not count. */
  readonly since: Date
}

/** Asks the platform for the app and its current release, since which lines count unless `since` says otherwise. */
export async function findSubject({ platform, app }: Asked, since?: Date): Promise<Subject> {
  const [{ name, generation }, release] = await Promise.all([
    readApp(platform, app),
    currentRelease(platform, app),
  ])
  return {
    app: name,
    isFir: generation === 'fir',
    release: release?.version,
    since: since ?? (release === undefined ? new Date(0) : new Date(release.createdAt)),
  }
}

export interface Limits {
  readonly untilStableMs: number
  readonly deadlineMs: number
}

/** How long it must be quiet, and how long that may take; throws a usage error where that cannot be. */
export function limitsOf({ config }: World): Limits {
  const { untilStableMs } = config
  const deadlineMs = config.tailDeadlineMs ?? 3 * untilStableMs
  if (untilStableMs === 0) {
    throw usageError('Every app is quiet for no time at all: until-stable is 0.', {
      todo: ['Say how long it must be quiet: --until-stable 5m.'],
    })
  }
  if (deadlineMs >= untilStableMs) return { untilStableMs, deadlineMs }
  throw usageError('The app cannot be quiet for longer than it is watched: tail-deadline is too short.', {
    todo: ['Make --tail-deadline longer than --until-stable, or leave it out.'],
  })
}

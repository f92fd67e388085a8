import { usageError } from '../core/errors.js'
import type { App } from './app.js'
import type { Release } from './release.js'
import type { Slug } from './slug.js'

/** Who makes a release, and who reads along. */
export interface ReleaseBy {
  readonly user?: string | undefined
  readonly description?: string | undefined
  /** Each line of the release phase's output, as it comes. */
  onLine?: ((line: string) => void) | undefined
}

/** A release that exists, and the promise of how its release phase ends. */
export interface Started {
  readonly release: Release
  readonly settled: Promise<Release>
}

/** Releases new code with the config vars as they are. */
export function deploySlug(app: App, slug: Slug, by: ReleaseBy = {}): Started {
  return create(app, slug, configVarsOf(app), `Deploy ${slug.commit.slice(0, 8)}`, by)
}

/**
 * Sets config vars, null removes one; undefined when nothing changes, which makes no release.
 * They count once the release phase has succeeded, until then the app shows the old ones:
 * https://github.com/heroku/cli/issues/3345
 */
export function changeConfigVars(
  app: App,
  changes: Readonly<Record<string, string | null>>,
  by: ReleaseBy = {},
): Started | undefined {
  const before = configVarsOf(app)
  const after = Object.fromEntries(
    Object.entries({ ...before, ...changes }).filter((pair): pair is [string, string] => pair[1] !== null),
  )
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const changed = names.filter((name) => before[name] !== after[name])
  if (changed.length === 0) return undefined
  const set = changed.filter((name) => after[name] !== undefined)
  const words =
    set.length > 0 ? `Set ${set.join(', ')} config vars` : `Remove ${changed.join(', ')} config vars`
  // The code is that of the current release: a release that failed does not come back with a config var.
  return create(app, app.releases.current()?.slug ?? null, after, words, by)
}

/**
 * Releases the code and the config vars of an older release as a new version, release command and all.
 * https://devcenter.heroku.com/articles/releases#rollback
 */
export function rollBack(app: App, to: Release, by: ReleaseBy = {}): Started {
  if (!eligibleForRollback(to)) {
    throw usageError(`Cannot roll back to v${to.version}: it has no slug, or it did not succeed.`)
  }
  return create(app, to.slug, to.configVars, `Rollback to v${to.version}`, by)
}

/** Releases the code that runs in one app in another app, whose config vars stay. */
export function promote(from: App, to: App, by: ReleaseBy = {}): Started {
  const source = from.releases.current()
  if (source === undefined || source.slug === null) {
    throw usageError(`${from.name} has no code to promote: push to it first.`)
  }
  const commit = source.slug.commit.slice(0, 8)
  return create(to, source.slug, configVarsOf(to), `Promote ${from.name} v${source.version} ${commit}`, by)
}

/** Whether a rollback may name this release. */
export const eligibleForRollback = (release: Release) =>
  release.slug !== null && release.status === 'succeeded'

const configVarsOf = (app: App) => app.releases.newest()?.configVars ?? {}

function create(
  app: App,
  slug: Slug | null,
  configVars: Readonly<Record<string, string>>,
  description: string,
  by: ReleaseBy,
): Started {
  return app.releases.create({
    slug,
    configVars,
    description: by.description ?? description,
    user: by.user ?? app.owner,
    ...(by.onLine === undefined ? {} : { onLine: by.onLine }),
  })
}

import { userInfo } from 'node:os'

/** What the environment of this process says about where it runs. Nothing but `DYNO` is certain to be there. */
export interface Surroundings {
  /** `DYNO` starts with `release.` (Cedar) or `release-` (Fir). */
  readonly inReleasePhase: boolean
  readonly dyno: string | undefined
  readonly appId: string | undefined
  readonly release: string | undefined
  readonly commit: string | undefined
  /** How the environment shows that this is a review app; undefined: it does not. */
  readonly reviewApp: string | undefined
  /** A name for a review app whose `HEROKU_APP_NAME` is missing. */
  readonly reviewAppName: string | undefined
  /** The person at the prompt; undefined in a dyno. */
  readonly who: string | undefined
}

/**
 * Reads the dyno's environment.
 * https://devcenter.heroku.com/articles/dyno-metadata
 * https://devcenter.heroku.com/articles/github-integration-review-apps#injected-environment-variables
 */
export function readSurroundings(environment: Readonly<Record<string, string | undefined>>): Surroundings {
  const read = (name: string) => environment[name]?.trim() || undefined
  const dyno = read('DYNO')
  const pullRequest = read('HEROKU_PR_NUMBER')
  const parent = read('HEROKU_PARENT_APP_NAME')
  return {
    // On Fir the names of dynos have a hyphen where Cedar's have a dot.
    inReleasePhase: /^release[.-]/.test(dyno ?? ''),
    dyno,
    appId: read('HEROKU_APP_ID'),
    release: read('HEROKU_RELEASE_VERSION'),
    commit: read('HEROKU_BUILD_COMMIT') ?? read('HEROKU_SLUG_COMMIT'),
    reviewApp: pullRequest === undefined ? parent && `of ${parent}` : `pull request ${pullRequest}`,
    reviewAppName: pullRequest && `${parent ?? 'review'}-pr-${pullRequest}`,
    who: dyno === undefined ? userName() : undefined,
  }
}

function userName(): string | undefined {
  try {
    return userInfo().username
  } catch {
    return undefined
  }
}

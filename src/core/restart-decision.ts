export const restartPolicies = ['auto', 'always', 'never'] as const
export type RestartPolicy = (typeof restartPolicies)[number]

export interface RestartFacts {
  readonly policy: RestartPolicy
  /** Where the policy was set, as a person would look for it: `RELEASE_RESTART`, `--restart`. */
  readonly policySource: string
  readonly inReleasePhase: boolean
  readonly appliedCount: number
  readonly app: string | undefined
  readonly hasToken: boolean
}

/** Restart, or not, and the line that says why; `advice` is a command for the person to run instead. */
export type RestartDecision =
  | { readonly restart: true; readonly app: string }
  | { readonly restart: false; readonly reason: string; readonly advice?: string }

/**
 * In the release phase the current release is still the old one, so a restart from inside boots old code on
 * the new schema; the platform boots the new code as soon as the command succeeds.
 * https://devcenter.heroku.com/articles/release-phase
 */
export function decideRestart(facts: RestartFacts): RestartDecision {
  if (facts.policy === 'never') return { restart: false, reason: `${facts.policySource} is never` }
  if (facts.policy === 'auto') {
    if (facts.inReleasePhase) {
      return { restart: false, reason: 'the platform starts the new dynos when this command succeeds' }
    }
    if (facts.appliedCount === 0) return { restart: false, reason: 'nothing was applied' }
  }
  if (facts.app === undefined) {
    return {
      restart: false,
      reason: 'the app is not known (HEROKU_APP_NAME or --app)',
      advice: 'heroku ps:restart --app APP',
    }
  }
  if (!facts.hasToken) {
    return {
      restart: false,
      reason: 'there is no HEROKU_API_KEY',
      advice: `heroku ps:restart --app ${facts.app}`,
    }
  }
  return { restart: true, app: facts.app }
}

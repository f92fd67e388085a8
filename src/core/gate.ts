import type { Ownership } from './ownership.js'

export const reviewAppPolicies = ['auto', 'skip', 'migrate'] as const
export type ReviewAppPolicy = (typeof reviewAppPolicies)[number]

/** How we know that this is a review app, for the line that says so; undefined: it is none. */
export type ReviewAppSign = string | undefined

/** Go on, or leave everything alone for `reason`, a sentence for the log. */
export type GateDecision =
  | { readonly go: true; readonly note?: string }
  | { readonly go: false; readonly reason: string; readonly refused: boolean }

export interface EntryFacts {
  readonly skip: boolean
  readonly reviewApp: ReviewAppSign
  readonly reviewApps: ReviewAppPolicy
  /** Where that was set, as a person would look for it: `RELEASE_REVIEW_APPS`, `review-apps in package.json`. */
  readonly reviewAppsSource: string
}

const go: GateDecision = { go: true }
const leave = (reason: string): GateDecision => ({ go: false, reason, refused: false })
const refuse = (reason: string): GateDecision => ({ go: false, reason, refused: true })

/** The part of the gate that needs no database: the skip flag, and review apps that never migrate. */
export function decideEntry(facts: EntryFacts): GateDecision {
  if (facts.skip) return leave('RELEASE_SKIP_MIGRATIONS is set')
  if (facts.reviewApp !== undefined && facts.reviewApps === 'skip') {
    return leave(`this is a review app (${facts.reviewApp}) and ${facts.reviewAppsSource} is skip`)
  }
  return go
}

export interface DatabaseFacts {
  readonly reviewApp: ReviewAppSign
  readonly reviewApps: ReviewAppPolicy
  readonly ownership: Ownership
  readonly app: string | undefined
  /** The person said `--adopt`: the database is this app's from now on. */
  readonly adopt: boolean
}

/** The part of the gate that looks at whose database this is. */
export function decideDatabase(facts: DatabaseFacts): GateDecision {
  const { ownership } = facts
  const me = facts.app ?? 'this app'
  const cautious = facts.reviewApp !== undefined && facts.reviewApps === 'auto'
  switch (ownership.kind) {
    case 'own':
    case 'empty':
      return go
    case 'copy':
      return { go: true, note: `the database is a copy of ${ownership.owner}'s; from now on it is ${me}'s` }
    case 'unclaimed':
    case 'nameless':
      if (facts.adopt || !cautious) return go
      return leave(
        `this is a review app (${facts.reviewApp}), and the database holds tables that may be another app's`,
      )
    case 'fork':
      if (!cautious || facts.adopt) {
        return { go: true, note: `the database is a fork of ${ownership.owner}'s; from now on it is ${me}'s` }
      }
      return leave(
        `this is a review app (${facts.reviewApp}), and the database is ${ownership.owner}'s or a fork of it`,
      )
    case 'perhaps-copy':
    case 'foreign': {
      if (facts.adopt) {
        return { go: true, note: `the database was ${ownership.owner}'s; --adopt makes it ${me}'s` }
      }
      const whose =
        ownership.kind === 'foreign'
          ? `the database belongs to the app ${ownership.owner}`
          : `the database belongs to the app ${ownership.owner}, or is a fork of its database`
      if (cautious) return leave(`this is a review app (${facts.reviewApp}), and ${whose}`)
      return refuse(whose)
    }
  }
}

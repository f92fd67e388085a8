import { describe, expect, it } from 'vitest'
import { decideDatabase, decideEntry, reviewAppPolicies, type DatabaseFacts } from '../../src/core/gate.js'
import type { Ownership } from '../../src/core/ownership.js'

const reviewAppsSource = 'RELEASE_REVIEW_APPS'

describe('before any database is looked at', () => {
  it('the skip flag wins over everything', () => {
    for (const reviewApps of reviewAppPolicies) {
      for (const reviewApp of [undefined, 'pull request 7']) {
        expect(decideEntry({ skip: true, reviewApp, reviewApps, reviewAppsSource })).toEqual({
          go: false,
          refused: false,
          reason: 'RELEASE_SKIP_MIGRATIONS is set',
        })
      }
    }
  })

  it('only a review app with the policy skip is left alone', () => {
    for (const reviewApps of reviewAppPolicies) {
      expect(decideEntry({ skip: false, reviewApp: undefined, reviewApps, reviewAppsSource }).go).toBe(true)
      expect(decideEntry({ skip: false, reviewApp: 'of chart', reviewApps, reviewAppsSource }).go).toBe(
        reviewApps !== 'skip',
      )
    }
  })
})

// Whether an ordinary app goes, a cautious review app goes, and what --adopt makes of the latter.
const table: readonly (readonly [Ownership, 'goes' | 'refused', 'goes' | 'left alone'])[] = [
  [{ kind: 'own' }, 'goes', 'goes'],
  [{ kind: 'empty' }, 'goes', 'goes'],
  [{ kind: 'copy', owner: 'chart' }, 'goes', 'goes'],
  [{ kind: 'unclaimed' }, 'goes', 'left alone'],
  [{ kind: 'nameless' }, 'goes', 'left alone'],
  [{ kind: 'fork', owner: 'chart' }, 'goes', 'left alone'],
  [{ kind: 'perhaps-copy', owner: 'chart' }, 'refused', 'left alone'],
  [{ kind: 'foreign', owner: 'chart' }, 'refused', 'left alone'],
]

describe.each(table)('a database that is %o', (ownership, ordinary, review) => {
  const decide = (facts: Partial<DatabaseFacts>) => {
    const decision = decideDatabase({
      ownership,
      reviewApp: undefined,
      reviewApps: 'auto',
      app: 'graph',
      adopt: false,
      ...facts,
    })
    return decision.go ? 'goes' : decision.refused ? 'refused' : 'left alone'
  }

  it(`of an ordinary app ${ordinary}, whatever the policy for review apps`, () => {
    for (const reviewApps of reviewAppPolicies) expect(decide({ reviewApps })).toBe(ordinary)
  })

  it(`of a review app under auto ${review}, and under migrate is as any other`, () => {
    expect(decide({ reviewApp: 'of chart' })).toBe(review)
    expect(decide({ reviewApp: 'of chart', reviewApps: 'migrate' })).toBe(ordinary)
  })

  it('is taken with --adopt', () => {
    expect(decide({ adopt: true })).toBe('goes')
    expect(decide({ adopt: true, reviewApp: 'of chart' })).toBe('goes')
  })
})

import { describe, expect, it } from 'vitest'
import { planRollback, type RollbackFacts } from '../../../src/core/rollback/plan.js'
import type { PastRelease } from '../../../src/core/rollback/release.js'
import { ranSince } from '../../../src/core/rollback/since.js'

const minute = (count: number) => new Date(Date.UTC(2026, 10, 21, 12, count))

/** A release that was made so many minutes past twelve as its version says. */
const release = (version: number, more: Partial<PastRelease> = {}): PastRelease => ({
  id: `id-${version}`,
  version,
  status: 'succeeded',
  current: false,
  description: 'Deploy f00dcafe',
  by: 'ann@example.com',
  createdAt: minute(version),
  slugId: `slug-${version}`,
  eligible: true,
  ...more,
})

const trouble = { error: { code: 'x', message: 'Not there.', todo: [], exitCode: 69 as const } }

const facts = (more: Partial<RollbackFacts> = {}): RollbackFacts => ({
  app: 'chart',
  at: minute(10),
  target: release(5),
  current: release(7, { current: true }),
  newer: [release(7, { current: true }), release(6)],
  releaseCommand: { text: 'release migrate', commit: undefined },
  applied: { migrations: [] },
  ...more,
})

describe('what ran since a release', () => {
  const newer = [release(7), release(6)]
  const since = (releaseName: string | null, at: Date) =>
    ranSince([{ name: 'one', at, release: releaseName }], release(5), newer).length

  it('is what a newer release ran, whatever the clocks say', () => {
    expect(since('v6', minute(0))).toBe(1)
    expect(since('v5', minute(9))).toBe(0)
    expect(since('v4', minute(9))).toBe(0)
  })

  it('is told by the time where the run did not know its release: since the next release was made', () => {
    expect(since(null, minute(5))).toBe(0)
    expect(since(null, minute(6))).toBe(1)
    expect(since('somebody’s', minute(6))).toBe(1)
  })
})

describe('a plan', () => {
  it('says nothing against a release since which no migration ran', () => {
    expect(planRollback(facts())).toMatchObject({ refused: undefined, existing: undefined, warnings: [] })
  })

  it.each<[string, Partial<PastRelease>, RegExp]>([
    ['the current one', { current: true }, /current release/],
    ['one that failed', { status: 'failed', eligible: false }, /its release command failed/],
    ['one that is pending', { status: 'pending', eligible: false }, /not ended yet/],
    ['one that has expired', { status: 'expired', eligible: false }, /expired/],
    ['one that never had code', { slugId: undefined, description: 'Attach DATABASE' }, /no code \(Attach/],
    ['one that Heroku does not allow', { eligible: false }, /Heroku does not allow it/],
  ])('refuses %s', (_name, more, why) => {
    const slugless = more.slugId === undefined && 'slugId' in more ? { eligible: undefined } : {}
    expect(planRollback(facts({ target: release(5, { ...more, ...slugless }) })).refused).toMatch(why)
  })

  it('takes Heroku’s word for a release of Fir, which has an image and no slug', () => {
    expect(planRollback(facts({ target: release(5, { slugId: undefined }) })).refused).toBeUndefined()
  })

  it('warns of migrations that ran since, and of a release command that will not bear them', () => {
    const applied = { migrations: [{ name: 'two', at: minute(6), release: 'v6' }] }
    expect(planRollback(facts({ applied })).warnings).toEqual([
      '1 migration ran since, which the code of v5 has never met',
    ])
    const warningsWith = (text: string) =>
      planRollback(facts({ applied, releaseCommand: { text, commit: undefined } })).warnings[1]
    expect(warningsWith('npx knex migrate:latest')).toMatch(/will probably fail: Knex stops/)
    expect(warningsWith('alembic -c a.ini upgrade head')).toMatch(/will probably fail: Alembic stops/)
    expect(warningsWith('bin/release.sh')).toMatch(/is not known/)
    for (const text of [
      'npx node-pg-migrate up',
      'bundle exec rails db:migrate',
      'npx prisma migrate deploy',
    ])
      expect(warningsWith(text)).toBeUndefined()
  })

  it('has no quarrel with such a command when nothing ran since', () => {
    const releaseCommand = { text: 'npx knex migrate:latest', commit: undefined }
    expect(planRollback(facts({ releaseCommand })).warnings).toEqual([])
    expect(planRollback(facts({ releaseCommand: { text: null, commit: undefined } }))).toMatchObject({
      warnings: [],
      commandVerdict: { verdict: 'none' },
    })
  })

  it('says what is not known', () => {
    expect(planRollback(facts({ applied: trouble, releaseCommand: trouble })).warnings).toEqual([
      'which migrations ran since is not known',
      'the release command of v5 is not known',
    ])
  })
})

describe('a rollback that exists', () => {
  const back = release(8, { description: 'Rollback to v5', slugId: 'slug-5' })

  it('is found where it is the current release, or under way', () => {
    const current = { ...back, current: true }
    expect(planRollback(facts({ newer: [current, release(7)] }))).toMatchObject({
      existing: current,
      warnings: [],
    })
    const pending = { ...back, status: 'pending' }
    const newer = [pending, release(7, { current: true })]
    expect(planRollback(facts({ newer }))).toMatchObject({ existing: pending, underway: undefined })
  })

  it('is none when it failed, is of other code, to another release, or no longer the newest', () => {
    for (const other of [
      { ...back, status: 'failed' },
      { ...back, slugId: 'slug-6' },
      { ...back, description: 'Rollback to v50' },
      { ...back, current: false },
    ]) {
      const newer = [other, release(7, { current: true }), release(6)]
      expect(planRollback(facts({ newer })).existing).toBeUndefined()
    }
  })

  it('does not hide another release that is under way', () => {
    const deploy = release(9, { status: 'pending' })
    const plan = planRollback(facts({ newer: [deploy, { ...back, current: true }] }))
    expect(plan).toMatchObject({ underway: deploy, existing: undefined, warnings: ['v9 is under way'] })
  })

  it('is not waited for when it has been pending for longer than Heroku lets a release phase run', () => {
    const stale = { ...back, status: 'pending', createdAt: new Date(minute(10).getTime() - 3_960_000) }
    const plan = planRollback(facts({ newer: [stale, release(7, { current: true })] }))
    expect(plan).toMatchObject({ existing: undefined, underway: undefined })
  })
})

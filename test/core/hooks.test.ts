import { expect, it } from 'vitest'
import { hookNames, hookVariables, mayVeto } from '../../src/core/hooks.js'

it('only what comes before anything is changed may stop a release', () => {
  expect(hookNames.filter(mayVeto)).toEqual([
    'before-connect',
    'before-lock',
    'before-plan',
    'before-maintenance',
    'before-apply',
  ])
})

it('facts become variables: a list a name a line, a time in UTC, nothing for what is not known', () => {
  const facts = {
    app: 'chart',
    release: undefined,
    in_release_phase: true,
    pending: ['1_a', '2_b'],
    pending_count: 2,
    started_at: new Date('2026-11-21T13:12:05Z'),
  }
  expect(hookVariables('before-apply', facts)).toEqual({
    RELEASE_PHASE_HOOK: 'before-apply',
    RELEASE_PHASE_APP: 'chart',
    RELEASE_PHASE_IN_RELEASE_PHASE: 'true',
    RELEASE_PHASE_PENDING: '1_a\n2_b',
    RELEASE_PHASE_PENDING_COUNT: '2',
    RELEASE_PHASE_STARTED_AT: '2026-11-21T13:12:05.000Z',
  })
})

it('a list is cut between two names before it is too long for a variable', () => {
  const pending = Array.from({ length: 10_000 }, (_, index) => `${index}_migration`)
  const { RELEASE_PHASE_PENDING: text = '' } = hookVariables('before-apply', { pending })
  expect(text.length).toBeGreaterThan(39_000)
  expect(text.length).toBeLessThanOrEqual(40_000)
  expect(text.split('\n')).toEqual(pending.slice(0, text.split('\n').length))
})

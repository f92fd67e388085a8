import { expect, it } from 'vitest'
import { judgeLiveness, type LivenessFacts } from '../../src/core/liveness.js'
import type { Dyno } from '../../src/core/restart.js'

const now = new Date('2026-11-21T13:10:00Z')

const dyno = (
  name: string,
  releaseVersion: number,
  state = 'up',
  createdAt = '2026-11-21T13:09:00Z',
): Dyno => ({
  id: name,
  name,
  type: name.split('.')[0] ?? '',
  state,
  size: undefined,
  releaseVersion,
  createdAt,
  updatedAt: createdAt,
})

const release = (version: number, status: string, current = false) => ({ version, status, current })

const facts: LivenessFacts = {
  releases: [release(42, 'succeeded', true), release(41, 'succeeded')],
  formation: [
    { type: 'web', quantity: 2 },
    { type: 'worker', quantity: 1 },
    { type: 'clock', quantity: 0 },
  ],
  dynos: [
    dyno('web.1', 42),
    dyno('web.2', 42),
    dyno('worker.1', 42),
    dyno('run.7', 41),
    dyno('release.9', 43),
  ],
  preboot: false,
  version: 42,
  now,
}

const judge = (more: Partial<LivenessFacts>) => judgeLiveness({ ...facts, ...more })
const notYet = (reason: string) => ({ live: false, reason, hopeless: false })

it('a release is live when it is current and every dyno of the formation is up on it', () => {
  expect(judge({})).toEqual({ live: true })
  expect(judge({ version: null })).toEqual({ live: true })
  expect(judge({ dynos: [dyno('web.1', 42), dyno('web.2', 42, 'idle'), dyno('worker.1', 42)] })).toEqual({
    live: true,
  })
  expect(judge({ formation: [], dynos: [] })).toEqual({ live: true })
})

it('a later release that is current counts too, and one that is still pending does not matter', () => {
  const dynos = [dyno('web.1', 43), dyno('web.2', 42), dyno('worker.1', 43)]
  expect(judge({ releases: [release(43, 'succeeded', true), release(42, 'succeeded')], dynos })).toEqual({
    live: true,
  })
  expect(judge({ releases: [release(43, 'pending'), ...facts.releases] })).toEqual({ live: true })
})

it.each([
  [
    'its release phase is not over',
    { releases: [release(42, 'pending'), release(41, 'succeeded', true)] },
    'v42 is pending',
  ],
  ['its release is not listed', { releases: [release(41, 'succeeded', true)] }, 'v42 is not listed'],
  ['nothing was ever released', { releases: [] }, 'no release has succeeded yet'],
  [
    'a dyno runs older code',
    { dynos: [dyno('web.1', 42), dyno('web.2', 41), dyno('worker.1', 42)] },
    'web.2 runs v41',
  ],
  [
    'a dyno boots',
    { dynos: [dyno('web.1', 42, 'starting'), dyno('web.2', 42), dyno('worker.1', 42)] },
    'web.1 is starting',
  ],
  [
    'a dyno has crashed',
    { dynos: [dyno('web.1', 42), dyno('web.2', 42), dyno('worker.1', 42, 'crashed')] },
    'worker.1 is crashed',
  ],
  ['a dyno is missing', { dynos: [dyno('web.1', 42), dyno('worker.1', 42)] }, '1 of 2 web dynos are up'],
  [
    'all of a type are missing',
    { dynos: [dyno('web.1', 42), dyno('web.2', 42)] },
    '0 of 1 worker dynos are up',
  ],
] as const)('but not when %s', (_, more, reason) => {
  expect(judge(more)).toEqual(notYet(reason))
})

it('with preboot it is live when no old web dyno can serve any more', () => {
  expect(judge({ preboot: true })).toEqual(notYet('preboot keeps old web dynos serving until 13:12:00 UTC'))
  expect(judge({ preboot: true, now: new Date('2026-11-21T13:12:00Z') })).toEqual({ live: true })
})

it('waiting is hopeless when its release has failed', () => {
  const releases = [release(42, 'failed'), release(41, 'succeeded', true)]
  expect(judge({ releases })).toEqual({
    live: false,
    reason: 'v42 failed, and v41 is current',
    hopeless: true,
  })
})

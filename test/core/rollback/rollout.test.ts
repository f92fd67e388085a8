import { expect, it } from 'vitest'
import type { Dyno } from '../../../src/core/restart.js'
import { judgeRollout } from '../../../src/core/rollback/rollout.js'

const dyno = (name: string, state: string, releaseVersion = 8): Dyno => ({
  id: name,
  name,
  type: name.split(/[.-]/)[0] ?? '',
  state,
  releaseVersion,
  size: 'Standard-1X',
  createdAt: '2026-11-21T12:00:00Z',
  updatedAt: '2026-11-21T12:00:00Z',
})

const formation = [
  { type: 'web', quantity: 2 },
  { type: 'worker', quantity: 1 },
  { type: 'clock', quantity: 0 },
]

const judge = (...dynos: readonly Dyno[]) => {
  const { up, crashed, lacking } = judgeRollout(dynos, formation, 8)
  return { up: up.map(({ name }) => name), crashed: crashed.map(({ name }) => name), lacking }
}

it('lacks what is not there, starts, or runs the release before', () => {
  expect(judge(dyno('web.1', 'up'), dyno('web.2', 'starting'), dyno('worker.1', 'up', 7))).toEqual({
    up: ['web.1'],
    crashed: [],
    lacking: ['web 1 of 2', 'worker 0 of 1'],
  })
})

it('lacks nothing when every place is up on the release or a newer one, or asleep', () => {
  expect(judge(dyno('web.1', 'up', 9), dyno('web.2', 'idle', 7), dyno('worker.1', 'up'))).toMatchObject({
    lacking: [],
  })
})

it('sees a crash on the release, and not one from before it', () => {
  expect(judge(dyno('web.1', 'crashed'), dyno('worker.1', 'crashed', 7)).crashed).toEqual(['web.1'])
})

it('leaves one-off dynos out, whatever becomes of them', () => {
  expect(
    judge(dyno('run.1234', 'crashed'), dyno('worker.4711', 'crashed'), dyno('release.1', 'up')).crashed,
  ).toEqual([])
})

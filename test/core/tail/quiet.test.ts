import { expect, it } from 'vitest'
import { judgeQuiet } from '../../../src/core/tail/quiet.js'

const watch = { startedAtMs: 1000, untilStableMs: 300, deadlineMs: 900 }

it.each([
  ['waits for the rest of the time', 1100, 1200, { verdict: 'wait', waitMs: 200 }],
  ['is stable when the time is over', 1100, 1400, { verdict: 'stable' }],
  ['is hopeless as soon as the time reaches over the deadline', 1601, 1601, { verdict: 'hopeless' }],
  ['may still become stable at the deadline itself', 1600, 1601, { verdict: 'wait', waitMs: 299 }],
  ['is hopeless when the deadline has passed', 1600, 1900, { verdict: 'hopeless' }],
  ['waits for the log while there is time', undefined, 1500, { verdict: 'wait', waitMs: 300 }],
  ['is hopeless without the log when there is none', undefined, 1601, { verdict: 'hopeless' }],
])('%s', (_name, quietSinceMs, nowMs, expected) => {
  expect(judgeQuiet({ ...watch, quietSinceMs }, nowMs)).toEqual(expected)
})

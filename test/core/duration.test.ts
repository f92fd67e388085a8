import { expect, test } from 'vitest'
import { formatDuration, parseDurationMs } from '../../src/core/duration.js'

test.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['15m', 900_000],
  ['1.5h', 5_400_000],
  [' 2d ', 172_800_000],
  ['0s', 0],
])('the duration %s is %d milliseconds', (text, expected) => {
  expect(parseDurationMs(text)).toBe(expected)
})

test.each(['', '10', '10 s', '-1s', '1w', 's', '1e3s', '5m30s', '9'.repeat(30) + 'd'])(
  'the text "%s" is no duration',
  (text) => {
    expect(parseDurationMs(text)).toBeUndefined()
  },
)

test.each([
  [0, '0 ms'],
  [999.4, '999 ms'],
  [2100, '2.1 s'],
  [60_000, '1 min'],
  [185_000, '3 min 5 s'],
  [7_800_000, '2 h 10 min'],
  [273_600_000, '3 d 4 h'],
])('%d milliseconds are written as %s', (durationMs, expected) => {
  expect(formatDuration(durationMs)).toBe(expected)
})

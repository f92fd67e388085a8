import { describe, expect, it } from 'vitest'
import { formatMoment, formatSince } from '../../src/core/moment.js'

const at = new Date('2026-03-01T12:00:05.900Z')

describe('a moment', () => {
  it('is written in UTC, to the second', () => {
    expect(formatMoment(at)).toBe('2026-03-01 12:00:05 UTC')
  })

  it('tells how long ago it was', () => {
    expect(formatSince(at, new Date('2026-03-01T12:03:10Z'))).toBe('2026-03-01 12:00:05 UTC, 3 min 4 s ago')
  })

  it('is never in the future, whatever two clocks say', () => {
    expect(formatSince(at, new Date('2026-03-01T11:00:00Z'))).toBe('2026-03-01 12:00:05 UTC, just now')
  })
})

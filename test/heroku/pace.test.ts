import { describe, expect, it } from 'vitest'
import { createPace } from '../../src/heroku/restart/pace.js'

describe('the pace of a restart', () => {
  it('looks less and less often at a batch that is slow, but never more than five times as far apart', () => {
    const pace = createPace(2000)
    const waits = [pace.first(), ...Array.from({ length: 7 }, () => pace.next())]
    expect(waits).toEqual([2000, 2000, 3000, 4500, 6750, 10_000, 10_000, 10_000])
    expect(pace.longestMs).toBe(10_000)
  })

  it('looks at the next batch when that before it was up, and from there on as often as before', () => {
    const pace = createPace(2000)
    pace.first()
    pace.next()
    pace.next()
    pace.learn(21_000)
    expect([pace.first(), pace.next(), pace.next()]).toEqual([21_000, 2000, 3000])
    pace.learn(500)
    expect(pace.first()).toBe(2000)
  })

  it('looks a third as often while few requests are left', () => {
    const pace = createPace(2000)
    pace.spare(true)
    expect([pace.first(), pace.next()]).toEqual([6000, 6000])
    pace.spare(false)
    expect(pace.next()).toBe(3000)
  })
})

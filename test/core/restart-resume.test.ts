import { describe, expect, it } from 'vitest'
import { parseMoment, resumeCommand } from '../../src/core/restart-resume.js'

const begunAt = new Date('2026-11-21T16:07:30.900Z')

describe('the command that goes on with a restart', () => {
  it('takes the dynos that are older than the restart that began', () => {
    expect(resumeCommand('shop', {}, begunAt)).toBe(
      'release restart --app shop --older-than 2026-11-21T16:07:30Z',
    )
  })

  it('keeps to what was asked for at first', () => {
    const selection = {
      types: ['web', 'worker'],
      dynos: ['web.1'],
      olderThan: new Date('2026-11-21T09:00:00Z'),
    }
    expect(resumeCommand('shop', selection, begunAt)).toBe(
      'release restart --app shop --type web --type worker --dyno web.1 --older-than 2026-11-21T09:00:00Z',
    )
    const stuckSince = new Date('2026-11-21T12:00:00Z')
    expect(resumeCommand('shop', { stuckSince }, begunAt)).toContain('--older-than 2026-11-21T12:00:00Z')
  })
})

describe('a moment', () => {
  it.each(['2026-11-21T16:07:30Z', '2026-11-21T17:07+01:00', '2026-11-21T16:07:30.123Z'])(
    'is read from "%s"',
    (text) => {
      expect(parseMoment(text)?.toISOString()).toMatch(/^2026-11-21T16:07/)
    },
  )

  it.each(['yesterday', '2026-11-21', '2026-11-21T16:07:30', '10m', '2026-13-41T00:00:00Z'])(
    'is not read from "%s", whose day or zone would be a guess',
    (text) => {
      expect(parseMoment(text)).toBeUndefined()
    },
  )
})

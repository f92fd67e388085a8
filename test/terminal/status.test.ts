import { describe, expect, it } from 'vitest'
import type { JudgedDyno } from '../../src/core/dyno-verdict.js'
import type { PlatformStatus, ReleaseStatus, Status } from '../../src/core/status.js'
import { renderStatus } from '../../src/terminal/status/render.js'

const at = new Date('2026-03-01T12:00:00Z')
const away = {
  error: { code: 'away', message: 'The database\n  is away.', todo: ['Look.'], exitCode: 69 },
} as const

const release = (version: number, more: Partial<ReleaseStatus> = {}): ReleaseStatus => ({
  version,
  status: 'succeeded',
  description: 'Deploy 0a1b2c3d',
  by: 'ann@example.com',
  createdAt: new Date('2026-03-01T11:59:00Z'),
  ...more,
})

const dyno = (name: string, verdict: JudgedDyno['verdict'] = 'fine'): JudgedDyno => ({
  type: name.split('.')[0] ?? '',
  name,
  oneOff: false,
  state: 'up',
  size: 'Standard-1X',
  releaseVersion: 42,
  createdAt: new Date('2026-03-01T11:00:00Z'),
  updatedAt: new Date('2026-03-01T11:00:00Z'),
  verdict,
})

function lines(platform: Partial<PlatformStatus>): string[] {
  const status: Status = {
    app: 'chart',
    at,
    database: away,
    platform: {
      app: 'chart',
      generation: 'cedar',
      maintenance: false,
      preboot: false,
      prebootUntil: undefined,
      requestsLeft: undefined,
      current: { ...release(42), commit: '0a1b2c3d4e5f' },
      newer: [],
      formation: [{ type: 'web', quantity: 1 }],
      dynos: [dyno('web.1')],
      ...platform,
    },
  }
  return renderStatus(status)
}

describe('the lines of a status', () => {
  it('say in one line why a side is not known', () => {
    expect(lines({})[0]).toBe('Database   The database is away. Look.')
  })

  it('name the commit where the description does not', () => {
    expect(lines({})).toContain(
      'Release    v42 succeeded: Deploy 0a1b2c3d by ann@example.com, 2026-03-01 11:59:00 UTC, 1 min ago',
    )
    const promoted = { ...release(42, { description: 'Promote till v7' }), commit: '0a1b2c3d4e5f' }
    expect(lines({ current: promoted }).join('\n')).toContain(
      'v42 succeeded: Promote till v7 (0a1b2c3d) by ann',
    )
  })

  it('advise a restart of stuck dynos, but not while a newer release is about to replace them', () => {
    const dynos = [dyno('web.1', 'stuck')]
    expect(lines({ dynos }).join('\n')).toContain('Renew them: release restart --stuck --app chart')
    const pending = lines({ dynos, newer: [release(43, { status: 'pending' })] })
    expect(pending.join('\n')).toContain('v43 replaces them when it succeeds')
    expect(pending.join('\n')).not.toContain('release restart')
    expect(pending.at(-1)).toBe('chart v42: the database is out of reach; v43 pending; 1 dyno stuck.')
  })

  it('say of a release that has been pending for longer than a release phase may take that it hangs', () => {
    expect(pending('10:59:00').join('\n')).toContain('longer than a release phase may take: it hangs')
    expect(pending('11:30:00').join('\n')).not.toContain('hangs')
  })

  it('tell apart stuck dynos that a restart renews and one-off dynos that it never touches', () => {
    const oneOff = { ...dyno('run.7', 'stuck'), oneOff: true }
    const text = lines({ dynos: [dyno('web.1'), oneOff] }).join('\n')
    expect(text).not.toContain('release restart')
    expect(text).toContain('heroku ps:stop run.7 --app chart')
  })

  it('tell how many API requests are left when that is few', () => {
    expect(lines({ requestsLeft: 499 }).join('\n')).toContain("499 requests left of the account's quota")
    expect(lines({ requestsLeft: 4000 }).join('\n')).not.toContain('requests left')
  })

  it('leave out fine dynos where there are many, and none of the others', () => {
    const many = Array.from({ length: 40 }, (_, index) => dyno(`web.${index + 1}`))
    const shown = lines({ dynos: [...many, dyno('worker.1', 'crashed')] })
    expect(shown.length).toBeLessThan(12)
    expect(shown.join('\n')).toMatch(/worker\.1 {2}Standard-1X {2}up.*crashed\n +and 40 fine/)
    expect(shown.at(-1)).toContain('40 dynos fine, 1 crashed.')
  })

  it('tell of maintenance mode, and of old web dynos that preboot hides', () => {
    const prebootUntil = new Date('2026-03-01T12:01:30Z')
    const text = lines({ maintenance: true, preboot: true, prebootUntil }).join('\n')
    expect(text).toContain('chart (cedar, in maintenance mode)')
    expect(text).toContain(
      'preboot is on: old web dynos, not listed here, may go on serving until 12:01:30 UTC',
    )
    expect(lines({ preboot: true }).join('\n')).not.toContain('preboot')
  })
})

const pending = (time: string) =>
  lines({ newer: [release(43, { status: 'pending', createdAt: new Date(`2026-03-01T${time}Z`) })] })

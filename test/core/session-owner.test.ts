import { describe, expect, it } from 'vitest'
import type { JudgedDyno } from '../../src/core/dyno-verdict.js'
import { judgeSessions, type JudgedSession, type SessionFact } from '../../src/core/session-owner.js'

const at = (time: string) => new Date(`2026-03-01T${time}Z`)

const dyno = (name: string, started: string, more: Partial<JudgedDyno> = {}): JudgedDyno => ({
  type: name.split(/[.-]/)[0] ?? '',
  name,
  oneOff: false,
  state: 'up',
  size: 'Standard-1X',
  releaseVersion: 42,
  createdAt: at(started),
  updatedAt: at(started),
  verdict: 'fine',
  ...more,
})

function judged(
  session: Partial<SessionFact>,
  dynos: readonly JudgedDyno[] | undefined,
  migratedAt: Date | null | undefined = at('12:00:00'),
): JudgedSession {
  const fact: SessionFact = {
    pid: 1,
    user: 'app',
    applicationName: '',
    clientAddress: '10.0.0.1',
    since: at('11:30:00'),
    state: 'idle',
    ...session,
  }
  const [only] = judgeSessions([fact], { migratedAt, dynos })
  if (only === undefined) throw new Error('no session')
  return only
}

const ownerOf = (...given: Parameters<typeof judged>) => {
  const { kind, dynos } = judged(...given).owner
  return [kind, ...dynos].join(' ')
}

describe('a session', () => {
  it('is older than the last migration, or not, or nobody knows', () => {
    expect(judged({}, []).older).toBe(true)
    expect(judged({ since: at('12:00:01') }, []).older).toBe(false)
    expect(judged({}, [], null).older).toBe(false)
    expect(judged({ since: null }, []).older).toBeNull()
    const [unknown] = judgeSessions([judged({}, [])], { migratedAt: undefined, dynos: [] })
    expect(unknown?.older).toBeNull()
  })

  it('is the dyno’s whose name it carries, also beside other words', () => {
    const dynos = [dyno('web.1', '11:00:00'), dyno('worker.1', '11:00:00')]
    expect(ownerOf({ applicationName: 'worker.1' }, dynos)).toBe('dyno worker.1')
    expect(ownerOf({ applicationName: 'puma web.1 pool' }, dynos)).toBe('dyno web.1')
    const fir = [dyno('web-1234abcde-123ab', '11:00:00')]
    expect(ownerOf({ applicationName: 'web-1234abcde-123ab' }, fir)).toBe('dyno web-1234abcde-123ab')
    expect(ownerOf({ applicationName: 'web-7f9c-abcde' }, fir)).toBe('replaced web-7f9c-abcde')
  })

  it('is that of the dyno before, when it is older than the one that has the name now', () => {
    const dynos = [dyno('web.1', '11:45:00')]
    expect(ownerOf({ applicationName: 'web.1' }, dynos)).toBe('replaced web.1')
  })

  it('is that of the dyno before, however young, when it names another release', () => {
    const dynos = [dyno('web.1', '11:00:00')]
    expect(ownerOf({ applicationName: 'web.1 v41' }, dynos)).toBe('replaced web.1')
    expect(ownerOf({ applicationName: 'web.1 v42' }, dynos)).toBe('dyno web.1')
  })

  it('is that of a dyno that is gone, when it carries the name of one that is not listed', () => {
    const fir = [dyno('web-1234abcde-123ab', '11:00:00')]
    expect(ownerOf({ applicationName: 'web-99999abcd-zzzzz' }, fir)).toBe('replaced web-99999abcd-zzzzz')
    expect(ownerOf({ applicationName: 'run.1234' }, fir)).toBe('replaced run.1234')
  })

  it('carries no dyno’s name where there is no such process type', () => {
    const dynos = [dyno('web.1', '11:00:00')]
    expect(ownerOf({ applicationName: 'puma.6' }, dynos)).toBe('one-of web.1')
  })

  it('without a name can be that of any dyno that was running when it connected', () => {
    const dynos = [
      dyno('web.1', '11:45:00'),
      dyno('worker.1', '11:00:00'),
      dyno('worker.2', '11:30:01'),
      dyno('run.7', '11:00:00', { oneOff: true }),
      dyno('clock.1', '11:00:00', { state: 'crashed' }),
    ]
    // worker.2 within what two clocks may differ by.
    expect(ownerOf({}, dynos)).toBe('one-of worker.1 worker.2 run.7')
  })

  it('is nobody’s that is listed, when all of them are younger', () => {
    const missing = dyno('web.2', '11:00:00', { state: undefined, createdAt: undefined, verdict: 'missing' })
    expect(ownerOf({}, [dyno('web.1', '11:45:00'), missing])).toBe('unlisted')
  })

  it('is not known where its age cannot be seen, or the platform not be asked', () => {
    expect(ownerOf({ since: null }, [dyno('web.1', '11:00:00')])).toBe('unknown')
    expect(ownerOf({ applicationName: 'web.1' }, undefined)).toBe('unknown')
  })
})

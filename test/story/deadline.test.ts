import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.js'
import { silentLog } from '../../src/core/log.js'
import { readSurroundings } from '../../src/heroku/environment.js'
import { boundedBy, leftUntilDeadline, startDeadline } from '../../src/story/deadline.js'
import { withDatabase } from '../../src/story/session.js'
import type { World } from '../../src/story/world.js'
import { createAppDatabase } from '../support/scene.js'

const world = async (environment: Readonly<Record<string, string>> = {}): Promise<World> => ({
  config: await loadConfig({ flags: {}, environment, folder: '.' }),
  surroundings: readSurroundings(environment),
  environment,
  log: silentLog,
  signal: new AbortController().signal,
  redact: (text) => text,
  tool: 'release-phase test',
})

describe('a wait', () => {
  it('that ends before the deadline is as long as its setting says', async () => {
    const given = { ...(await world()), leftMs: () => 3_600_000 }
    expect(boundedBy(given, 60_000, 'RELEASE_LOCK_WAIT')).toEqual({
      waitMs: 60_000,
      shown: '1 min',
      setting: 'RELEASE_LOCK_WAIT',
    })
  })

  it('that would outlast the deadline ends a second before it, so that it can say for whom it waited', async () => {
    const given = { ...(await world()), leftMs: () => 31_000 }
    expect(boundedBy(given, 60_000, 'RELEASE_LOCK_WAIT')).toEqual({
      waitMs: 30_000,
      shown: '30 s that the deadline leaves',
      setting: 'RELEASE_DEADLINE',
    })
  })
})

describe('the deadline', () => {
  it('runs from its start on, and before that leaves all of its time', async () => {
    const given = await world({ RELEASE_DEADLINE: '10m' })
    expect(leftUntilDeadline(given)).toBe(600_000)
    const started = startDeadline(given)
    const leftMs = leftUntilDeadline(started)
    expect(leftMs).toBeLessThanOrEqual(600_000)
    expect(leftUntilDeadline(started)).toBeLessThanOrEqual(leftMs)
  })

  it('does not begin anew with a new connection', async () => {
    const { appUrl } = await createAppDatabase()
    const given = { ...(await world({ DATABASE_URL: appUrl })), leftMs: () => 0 }
    await expect(
      withDatabase(given, async (session) => await session.query('SELECT pg_sleep(600)')),
    ).rejects.toMatchObject({ code: 'deadline' })
  })
})

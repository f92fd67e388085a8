import { afterEach, describe, expect, it } from 'vitest'
import { createPlatform } from '../../../src/heroku/client.js'
import { followLog, type FollowOptions, type LogFollower } from '../../../src/heroku/log/follow.js'
import type { StreamFate } from '../../../src/local-heroku/faults.js'
import type { LocalApp } from '../../../src/local-heroku/local-app.js'
import type { LocalHeroku } from '../../../src/local-heroku/start.js'
import { eventually, startHeroku } from '../../local-heroku/support.js'

interface Following {
  readonly follower: LogFollower
  readonly lines: readonly string[]
  readonly gaps: readonly [Date, Date][]
  readonly reconnects: readonly string[]
}

const stops: AbortController[] = []

afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort()
})

const streams = /^\/streams\/logs\//
const sessions = /log-sessions$/

function follow(heroku: LocalHeroku, app: LocalApp, options: Partial<FollowOptions> = {}): Following {
  const stop = new AbortController()
  stops.push(stop)
  const lines: string[] = []
  const gaps: [Date, Date][] = []
  const reconnects: string[] = []
  const platform = createPlatform({ token: heroku.token, apiUrl: heroku.url, firstPauseMs: 1 })
  const follower = followLog(platform, {
    app: app.name,
    isFir: false,
    signal: stop.signal,
    firstPauseMs: 1,
    onLine: (line) => lines.push(line),
    onGap: (from, to) => gaps.push([from, to]),
    onReconnect: (reason) => reconnects.push(reason),
    ...options,
  })
  return { follower, lines, gaps, reconnects }
}

/** Writes many lines, several of them alike within one millisecond, while others are read. */
async function chatter(app: LocalApp, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    app.writeLog('app', 'web.1', `line ${Math.floor(index / 4)}`)
    if (index % 7 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
}

const written = (app: LocalApp) => app.logs().map(({ line }) => line)
const following = async ({ follower }: Following) =>
  await eventually(() => follower.following(), 'the log to be reached')

async function expectAll(app: LocalApp, { lines }: Following): Promise<void> {
  await eventually(() => lines.length >= written(app).length, 'every line')
  expect(lines).toEqual(written(app))
}

describe('a log that is followed', () => {
  it('begins with the lines there are and goes on with those to come, each once', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await chatter(app, 40)
    const seen = follow(heroku, app)
    await following(seen)
    await chatter(app, 40)
    await expectAll(app, seen)
    expect(seen).toMatchObject({ gaps: [], reconnects: [] })
  })

  it.each<[StreamFate, RegExp]>([
    ['cut', /^the connection was cut/],
    ['end', /Heroku ended it/],
  ])('loses nothing and repeats nothing where its stream meets "%s", again and again', async (fate, why) => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    await chatter(app, 20)
    for (const lines of [0, 3, 19, 22, 30, 47, 61])
      heroku.faults.add({ kind: 'stream', lines, fate, match: { path: streams } })
    const seen = follow(heroku, app)
    await chatter(app, 80)
    await eventually(() => seen.reconnects.length === 7, 'seven new sessions')
    await chatter(app, 20)
    await expectAll(app, seen)
    expect(seen.gaps).toEqual([])
    for (const reason of seen.reconnects) expect(reason).toMatch(why)
  })

  it('loses nothing where a stream falls silent, because a silent one is renewed', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    heroku.faults.add({ kind: 'stream', lines: 5, fate: 'stall', match: { path: streams } })
    const seen = follow(heroku, app, { silentAfterMs: 300 })
    await following(seen)
    await chatter(app, 50)
    await expectAll(app, seen)
    expect(seen.gaps).toEqual([])
  })

  it('makes a new session where one has expired, before it was read and while it is read', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ timing: { logStreamMs: 150 } })
    const expired = heroku.faults.add({ kind: 'status', status: 404, match: { path: streams } })
    const seen = follow(heroku, app)
    await eventually(() => expired() === 1, 'the expired session')
    for (let round = 0; round < 4; round += 1) {
      const before = seen.reconnects.length
      await chatter(app, 30)
      await eventually(() => seen.reconnects.length > before, 'the next session')
    }
    await expectAll(app, seen)
    expect(seen.gaps).toEqual([])
    expect(seen.reconnects[0]).toBe('it was answered with status 404')
  })

  it('renews its session in time, with an overlap, and never breaks off', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    const seen = follow(heroku, app, { renewAfterMs: 200 })
    for (let round = 0; round < 4; round += 1) {
      const sessionsBefore = heroku.requests.filter(({ path }) => sessions.test(path)).length
      await chatter(app, 30)
      await eventually(
        () => heroku.requests.filter(({ path }) => sessions.test(path)).length > sessionsBefore,
        'the next session',
      )
    }
    await expectAll(app, seen)
    expect(seen).toMatchObject({ gaps: [], reconnects: [] })
  })

  it.each(['reset', 'hang', 'cut-body', 'garbage', 'rate-limit'] as const)(
    'is taken up again where making a session meets "%s"',
    async (kind) => {
      const heroku = await startHeroku()
      const app = await heroku.createApp()
      heroku.faults.add({ kind, times: 2, match: { method: 'POST', path: sessions } })
      const platform = createPlatform({ token: heroku.token, apiUrl: heroku.url, timeoutMs: 300 })
      const lines: string[] = []
      const stop = new AbortController()
      stops.push(stop)
      const follower = followLog(platform, {
        app: app.name,
        isFir: false,
        signal: stop.signal,
        firstPauseMs: 1,
        onLine: (line) => lines.push(line),
        onGap: () => undefined,
        onReconnect: () => undefined,
      })
      await eventually(() => follower.following(), 'the log to be reached')
      expect(follower.fault()).toBeUndefined()
      await eventually(() => lines.length === written(app).length, 'every line')
    },
  )

  it.each(['reset', 'hang'] as const)('is taken up again where a stream meets "%s"', async (kind) => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    heroku.faults.add({ kind, match: { path: streams } })
    const seen = follow(heroku, app, { openWithinMs: 300 })
    await following(seen)
    await expectAll(app, seen)
    expect(seen.reconnects).toHaveLength(1)
  })

  it('ends with the platform’s own error where another attempt would not mend it', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    heroku.faults.add({ kind: 'status', status: 422, message: 'No logs.', match: { path: sessions } })
    const seen = follow(heroku, app)
    await expect(seen.follower.over).rejects.toMatchObject({ code: 'request-refused' })
  })
})

describe('lines that Heroku does not have any more', () => {
  it('are a gap, between the last line seen and the first one of the next session', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ logLines: 20 })
    heroku.faults.add({ kind: 'stream', lines: 10, fate: 'cut', match: { path: streams } })
    heroku.faults.add({ kind: 'status', status: 503, times: 3, match: { path: sessions }, after: 1 })
    const seen = follow(heroku, app, { firstPauseMs: 50 })
    await following(seen)
    for (let index = 0; index < 60; index += 1) {
      app.writeLog('app', 'web.1', `line ${index}`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await eventually(() => seen.lines.some((line) => line.endsWith(' line 59')), 'the last line')
    expect(seen.gaps).toHaveLength(1)
    const [[from, to] = [new Date(), new Date()]] = seen.gaps
    const lost = app.logs().filter(({ at }) => at > from && at < to)
    expect(lost.map(({ line }) => seen.lines.includes(line))).not.toContain(true)
    expect(new Set(seen.lines).size).toBe(seen.lines.length)
  })

  it('are all that came while a stream of Fir was cut', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp({ generation: 'fir' })
    heroku.faults.add({ kind: 'stream', lines: 1, fate: 'cut', match: { path: streams } })
    const seen = follow(heroku, app, { isFir: true })
    await following(seen)
    app.writeLog('app', 'web-1', 'seen')
    await new Promise((resolve) => setTimeout(resolve, 2))
    app.writeLog('app', 'web-1', 'lost')
    await eventually(() => seen.reconnects.length === 1 && seen.follower.following(), 'the next session')
    app.writeLog('app', 'web-1', 'later')
    await eventually(() => seen.lines.length === 2, 'the line after the cut')
    expect(seen.lines.map((line) => line.split(': ')[1])).toEqual(['seen', 'later'])
    expect(seen.gaps).toHaveLength(1)
  })
})

it('a session of Fir, which brings no earlier lines, is renewed without a gap', async () => {
  const heroku = await startHeroku()
  const app = await heroku.createApp({ generation: 'fir' })
  await chatter(app, 10)
  const seen = follow(heroku, app, { isFir: true, renewAfterMs: 200 })
  await following(seen)
  const before = written(app).length
  for (let round = 1; round < 4; round += 1) {
    await chatter(app, 30)
    const reads = () => heroku.requests.filter(({ path }) => streams.test(path)).length
    await eventually(() => reads() > round, 'a renewal')
  }
  await eventually(() => seen.lines.length === written(app).length - before, 'every line')
  expect(seen.lines.toSorted()).toEqual(written(app).slice(before).toSorted())
  expect(seen).toMatchObject({ gaps: [], reconnects: [] })
})

it('the newest lines are read once more, and only new ones count', async () => {
  const heroku = await startHeroku()
  const app = await heroku.createApp()
  heroku.faults.add({ kind: 'stream', lines: 5, fate: 'stall', match: { path: streams } })
  const seen = follow(heroku, app)
  await following(seen)
  await chatter(app, 20)
  expect(await seen.follower.catchUp()).toBeUndefined()
  expect(seen.lines).toEqual(written(app))
  expect(await seen.follower.catchUp()).toBeUndefined()
  expect(seen.lines).toEqual(written(app))
})

it('a stream that does not end has told the newest lines once it falls silent, if it came so far', async () => {
  const heroku = await startHeroku()
  const app = await heroku.createApp()
  const stallAfter = (lines: number) =>
    heroku.faults.add({ kind: 'stream', lines, fate: 'stall', match: { path: streams } })
  stallAfter(5)
  const seen = follow(heroku, app, { endsWithinMs: 300 })
  await following(seen)
  await chatter(app, 20)
  await eventually(() => seen.lines.length === 5, 'what the stream brings')
  stallAfter(10)
  expect(await seen.follower.catchUp()).toBeUndefined()
  expect(seen.lines).toEqual(written(app).slice(0, 10))
  stallAfter(1)
  expect(await seen.follower.catchUp()).toBe('its stream did not come to the newest lines')
})

it('why the newest lines could not be read is told', async () => {
  const heroku = await startHeroku()
  const app = await heroku.createApp()
  const seen = follow(heroku, app)
  await following(seen)
  heroku.faults.add({ kind: 'status', status: 503, match: { path: sessions } })
  expect(await seen.follower.catchUp()).toContain('answered with status 503')
})

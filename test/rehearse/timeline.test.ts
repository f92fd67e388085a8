import { expect, test } from 'vitest'
import type { Recording, SeenRequest } from '../../src/rehearse/recording.js'
import { renderHtml } from '../../src/rehearse/render/html.js'
import { renderText } from '../../src/rehearse/render/text.js'
import { eventsOf } from '../../src/rehearse/timeline/events.js'
import { phasesOf } from '../../src/rehearse/timeline/phases.js'
import { routeOf } from '../../src/rehearse/timeline/route.js'
import { exitCodeOf, summarize } from '../../src/rehearse/timeline/summary.js'

const request = (atMs: number, rest: Partial<SeenRequest> = {}): SeenRequest => ({
  atMs,
  endMs: atMs + 10,
  method: 'GET',
  path: '/charts',
  status: 200,
  code: undefined,
  dyno: 'web.1',
  version: 3,
  excerpt: undefined,
  ...rest,
})

const failed = (atMs: number, rest: Partial<SeenRequest> = {}) => request(atMs, { status: 500, ...rest })

/** A deploy from 1 to 4 seconds, whose migration is applied at 2. */
const recorded = (requests: readonly SeenRequest[], rest: Partial<Recording> = {}): Recording => ({
  requests,
  startedAt: new Date(0),
  lives: [
    {
      id: 'a',
      dyno: 'web.1',
      type: 'web',
      version: 3,
      fromMs: -1,
      upMs: -1,
      servesMs: -1,
      servedMs: 3000,
      endMs: 4000,
    },
    { id: 'b', dyno: 'web.1', type: 'web', version: 4, fromMs: 3000, upMs: 4000, servesMs: 4000 },
  ],
  lines: [],
  release: { version: 4, succeeded: true, hasCommand: true, fromMs: 1000, toMs: 3000, output: ['<done>'] },
  steps: [{ name: '2_rename', outcome: 'applied', fromMs: 1900, toMs: 2000 }],
  liveMs: 4000,
  endMs: 5000,
  trouble: undefined,
  ...rest,
})

const report = (recording: Recording) => ({
  recording,
  summary: summarize(recording, 1000),
  base: 'main (1a2b3c4)',
  next: 'the work tree',
  server: 'PostgreSQL 18',
  preboot: false,
  traffic: '20 requests a second',
  slowMs: 1000,
  tool: 'release-phase',
})

test('running code meets the new schema from the last migration on, not from the end of the release phase', () => {
  expect(phasesOf(recorded([])).map(({ name, fromMs, toMs }) => [name, fromMs, toMs])).toEqual([
    ['before', 0, 1000],
    ['migration', 1000, 2000],
    ['boot', 2000, 4000],
    ['after', 4000, 5000],
  ])
})

test('without a ledger the migration lasts as long as the release phase', () => {
  const [, migration] = phasesOf(recorded([], { steps: [] }))
  expect(migration).toMatchObject({ name: 'migration', fromMs: 1000, toMs: 3000 })
})

test('a failed release has no part between migration and boot', () => {
  const { release } = recorded([])
  const recording = recorded([failed(2500)], { release: { ...release, succeeded: false }, liveMs: undefined })
  expect(phasesOf(recording).map(({ name }) => name)).toEqual(['before', 'migration', 'after'])
  const { verdict } = summarize(recording, 1000)
  expect([verdict, exitCodeOf(verdict)]).toEqual(['release-failed', 1])
})

test('requests are counted where they were sent, and one that the deploy overtook where it ended', () => {
  const requests = [
    request(100),
    request(990, { endMs: 2500 }),
    request(1500),
    request(2600, { endMs: 4100 }),
  ]
  const { phases, slow } = summarize(recorded(requests), 1000)
  expect(phases.map((phase) => phase.requests)).toEqual([1, 1, 2, 0])
  expect(slow).toBe(2)
  expect(phases[2]?.latency).toEqual({ p50Ms: 1500, p95Ms: 1510, maxMs: 1510 })
  expect(phases[3]?.latency).toBeUndefined()
})

test('what was slow stands by part and route, and in the verdict; what failed is not slow as well', () => {
  const late = { endMs: 9000 }
  const requests = [
    request(1500, late),
    request(1600, { ...late, path: '/b' }),
    request(1700, late),
    failed(1800, late),
  ]
  const { summary } = report(recorded(requests))
  expect(summary.slowRoutes).toEqual([
    { route: 'GET /charts', phase: 'migration', slow: 2, longestMs: 7500 },
    { route: 'GET /b', phase: 'migration', slow: 1, longestMs: 7400 },
  ])
  const lines = renderText(report(recorded(requests)))
  expect(lines).toContain('  GET /charts  2 during migration, the longest 7.5 s')
  expect(lines.at(-1)).toBe('1 of 4 requests failed because of the deploy: 1 during migration; 3 were slow.')
})

test('a route that failed before the deploy is no evidence against it', () => {
  const requests = [
    failed(100, { path: '/broken' }),
    failed(2500, { path: '/broken' }),
    request(200),
    failed(2600),
  ]
  const { verdict, failed: count, failedAnyway, routes } = summarize(recorded(requests), 1000)
  expect({ verdict, count, failedAnyway }).toEqual({ verdict: 'some-failed', count: 1, failedAnyway: 2 })
  expect(routes.map(({ route, byDeploy }) => [route, byDeploy])).toEqual([
    ['GET /charts', true],
    ['GET /broken', false],
  ])
  expect(summarize(recorded(requests.slice(0, 3)), 1000)).toMatchObject({ verdict: 'none-failed', failed: 0 })
})

test('what the router says and what the client gives up are failures, a 404 is none', () => {
  const requests = [
    request(100),
    failed(2500, { status: 503, code: 'H10', dyno: undefined }),
    request(2600, { status: 499, code: 'H27' }),
    request(2700, { status: 404 }),
  ]
  const { failed: count, routes } = summarize(recorded(requests), 1000)
  expect(count).toBe(2)
  expect(routes[0]?.ends).toEqual(['503 H10', '499 H27'])
})

test('a failure is told by what its own dyno wrote meanwhile, else by how the answer begins', () => {
  const lines = [
    { atMs: 2505, dyno: 'web.2', text: 'error: another' },
    { atMs: 2506, dyno: 'web.1', text: 'GET /charts' },
    { atMs: 2507, dyno: 'web.1', text: 'error: relation "charts" does not exist' },
  ]
  const requests = [failed(2500), failed(3500, { path: '/b', excerpt: 'column\nmore' })]
  const { routes } = summarize(recorded(requests, { lines }), 1000)
  expect(routes.map(({ errors }) => errors)).toEqual([
    ['error: relation "charts" does not exist'],
    ['column'],
  ])
})

test.each([
  ['/charts/42?page=1', 'GET /charts/:id'],
  ['/charts/6f9619ff-8b86-d011-b42d-00cf4fc964ff/edit', 'GET /charts/:id/edit'],
  ['/v2/charts', 'GET /v2/charts'],
])('%s is of the route %s', (path, route) => {
  expect(routeOf({ method: 'GET', path })).toBe(route)
})

test('events leave out what was so before the traffic, and stand in their order', () => {
  expect(eventsOf(recorded([])).map(({ atMs, what }) => `${atMs} ${what}`)).toEqual([
    '1000 release phase of v4 begins',
    '2000 2_rename applied (100 ms)',
    '3000 release phase succeeded',
    '3000 web.1 v3 gets no more requests',
    '3000 web.1 v4 starts',
    '4000 web.1 v3 has ended',
    '4000 web.1 v4 is up',
    '4000 all dynos run v4',
  ])
})

test('the strip shows the worst of each moment over the parts of the deploy', () => {
  const lines = renderText(report(recorded([request(10), failed(2510), request(3000, { endMs: 4500 })])))
  const strip = lines.find((line) => line.includes('X')) ?? ''
  const parts = lines[lines.indexOf(strip) + 1] ?? ''
  expect([strip.indexOf('.'), strip.indexOf('X'), strip.indexOf('s')]).toEqual([2, 42, 50])
  expect([parts.indexOf('m'), parts.indexOf('b'), parts.lastIndexOf('b')]).toEqual([18, 34, 65])
})

test('the page escapes what the app says, and needs nothing from anywhere', () => {
  const html = renderHtml(
    report(recorded([failed(2500, { path: '/<script>', excerpt: '<b>no\u001b[31m</b>' })])),
  )
  expect(html).toContain('GET /&lt;script&gt;')
  expect(html).toContain('&lt;b&gt;no&lt;/b&gt;')
  expect(html).toContain('&lt;done&gt;')
  expect(html).not.toMatch(/<script|<b>|https?:|url\(|@import/)
  expect(html).toContain('prefers-color-scheme: dark')
})

test('ten thousand requests make a page that a browser can draw, with every failure on it', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => request(index / 2))
  const failures = Array.from({ length: 500 }, (_, index) => failed(2500 + index))
  const html = renderHtml(report(recorded([...many, ...failures])))
  expect(html.match(/class="dot served"/g)?.length).toBeLessThanOrEqual(4000)
  expect(html.match(/class="dot failed"/g)).toHaveLength(500)
})

import { afterEach, expect, it } from 'vitest'
import { deliver } from '../../src/notify/deliver.js'
import {
  hang,
  json,
  reset,
  startFaultServer,
  text,
  type Answering,
  type FaultServer,
} from '../heroku/fault-server.js'

const servers: FaultServer[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function tryIt(answers: readonly Answering[], deadlineMs = 20_000) {
  const server = await startFaultServer(answers)
  servers.push(server)
  let attempt = 0
  const delivery = {
    url: `${server.url}/T000/secret`,
    body: '{}',
    headers: () => ({ 'x-attempt': String(++attempt) }),
  }
  const reason = await deliver(delivery, AbortSignal.timeout(deadlineMs))
  return { reason, attempts: server.arrivals.map(({ headers }) => headers['x-attempt']) }
}

it('a message that is taken is sent once', async () => {
  expect(await tryIt([text(204, '')])).toEqual({ reason: undefined, attempts: ['1'] })
})

it.each([429, 500, 503])('an answer of %s is tried again, with headers of its own', async (status) => {
  expect(await tryIt([json(status, {}), json(status, {}), text(200, 'ok')])).toEqual({
    reason: undefined,
    attempts: ['1', '2', '3'],
  })
})

it('one that goes on refusing is left', async () => {
  expect(await tryIt([json(503, {})])).toEqual({
    reason: 'answered with status 503',
    attempts: ['1', '2', '3', '4'],
  })
})

it.each([400, 404, 410])('an answer of %s is not tried again', async (status) => {
  expect(await tryIt([json(status, {})])).toEqual({
    reason: `answered with status ${status}`,
    attempts: ['1'],
  })
})

it('a redirect is not followed', async () => {
  const other = await startFaultServer([text(200, 'ok')])
  servers.push(other)
  expect(await tryIt([text(307, '', { Location: other.url })])).toEqual({
    reason: 'answered with status 307',
    attempts: ['1'],
  })
  expect(other.arrivals).toEqual([])
})

it('silence ends with the time, and is not tried again: it may have been read', async () => {
  expect(await tryIt([hang], 300)).toEqual({ reason: 'did not answer in time', attempts: ['1'] })
})

it('a connection that is cut after the message is not tried again', async () => {
  const { reason, attempts } = await tryIt([reset])
  expect(reason).toMatch(/^could not be reached \(.+\)$/)
  expect(reason).not.toContain('secret')
  expect(attempts).toEqual(['1'])
})

it('a connection that cannot be made is tried again, and the reason holds no address', async () => {
  const server = await startFaultServer([text(200, '')])
  await server.close()
  const startedAt = performance.now()
  const delivery = { url: `${server.url}/T000/secret`, body: '{}', headers: () => ({}) }
  const reason = await deliver(delivery, AbortSignal.timeout(20_000))
  expect(reason).toBe('could not be reached (ECONNREFUSED)')
  // Three pauses of at least half of 250, 500 and 1,000 ms.
  expect(performance.now() - startedAt).toBeGreaterThan(800)
})

import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { ReleaseError } from '../../src/core/errors.js'
import { createPlatform } from '../../src/heroku/client.js'
import { sourceFiles } from '../support/source-files.js'
import { cutBody, hang, json, startFaultServer, text, type Answering } from './fault-server.js'
import { platformCalls, type PlatformCall } from './platform-calls.js'

// Of the older shape: one that no pattern finds. Whoever answers repeats it wherever it can.
const token = '01234567-89ab-cdef-0123-456789abcdef'
const secret = new RegExp(`${token}|${Buffer.from(`:${token}`).toString('base64')}`)

interface Fault {
  readonly answer: Answering
  readonly code: string
  readonly exitCode: number
  /** How often a GET is sent in all. */
  readonly gets?: number
}

const refusal = (status: number, message: string, headers: Record<string, string> = {}) =>
  json(status, { id: token, message: `${message} ${token}` }, { 'Request-Id': token, ...headers })

const faults: Readonly<Record<string, Fault>> = {
  '401': { answer: refusal(401, 'Expired.'), code: 'token-refused', exitCode: 78, gets: 1 },
  '402': { answer: refusal(402, 'Verify your account.'), code: 'payment-required', exitCode: 1, gets: 1 },
  '403': { answer: refusal(403, 'Forbidden.'), code: 'token-lacks-scope', exitCode: 78, gets: 1 },
  '404 for the app': {
    answer: refusal(404, "Couldn't find that app."),
    code: 'app-unknown',
    exitCode: 78,
    gets: 1,
  },
  '404 for what is asked of it': {
    answer: json(404, { id: token, resource: 'thing', message: "Couldn't find that thing." }),
    code: 'not-found',
    exitCode: 1,
    gets: 1,
  },
  '422': { answer: refusal(422, 'Invalid params.'), code: 'request-refused', exitCode: 1, gets: 1 },
  // An hour is more than anybody's patience; what comes of a shorter wait is the client's own test.
  '429': {
    answer: refusal(429, 'Slow down.', { 'Retry-After': '3600' }),
    code: 'rate-limited',
    exitCode: 75,
    gets: 1,
  },
  '500': { answer: refusal(500, 'Oops.'), code: 'platform-unavailable', exitCode: 69, gets: 5 },
  '503': { answer: refusal(503, 'Oops.'), code: 'platform-unavailable', exitCode: 69, gets: 5 },
  'a hang': { answer: hang, code: 'platform-unavailable', exitCode: 69 },
  'a cut body': { answer: cutBody, code: 'platform-unavailable', exitCode: 69, gets: 5 },
  garbage: {
    answer: text(200, `<html>${token}</html>`),
    code: 'platform-unavailable',
    exitCode: 69,
    gets: 5,
  },
  'JSON of another kind': {
    answer: json(200, 'a text'),
    code: 'platform-unavailable',
    exitCode: 69,
    gets: 1,
  },
}

// heroku-client by itself would send again a second after a failure: a wait is the only witness.
const witnessMs = 1500

it.concurrent.each(Object.entries(platformCalls))(
  '%s: whatever goes wrong is one error that says what to do, sent again only where it reads, without the token',
  async (_name, call) => {
    const names = Object.keys(faults)
    const outcomes = await Promise.all(names.map(async (name) => [name, await meet(call, name)] as const))
    const expected = names.map((name) => [name, expectedOf(call, name)] as const)
    expect(Object.fromEntries(outcomes)).toEqual(Object.fromEntries(expected))
  },
)

interface Outcome {
  /** What it resolved with, or the code and exit code it was rejected with. */
  readonly result: unknown
  /** How often it was sent; undefined where that does not count. */
  readonly sent: number | undefined
  /** What a person would complain of. */
  readonly complaints: readonly string[]
}

async function meet(call: PlatformCall, name: string): Promise<Outcome> {
  const fault = faultOf(name)
  const server = await startFaultServer([fault.answer])
  const platform = createPlatform({
    token,
    apiUrl: server.url,
    firstPauseMs: 1,
    timeoutMs: fault.answer === hang ? 400 : 20_000,
  })
  try {
    const [result, complaints] = await call.ask(platform).then(
      (value) => [{ value }, complaintsOf(value)] as const,
      (error: unknown) => [rejection(error), complaintsOf(error)] as const,
    )
    if (call.verb !== 'GET') await sleep(witnessMs)
    return {
      result,
      sent: countsOf(call, fault) === undefined ? undefined : server.arrivals.length,
      complaints,
    }
  } finally {
    await server.close()
  }
}

function expectedOf(call: PlatformCall, name: string): Outcome {
  const fault = faultOf(name)
  const { code, exitCode } = fault
  const resolved = call.always ?? (code === 'not-found' ? call.absent : undefined)
  const unread = name === 'JSON of another kind' && readsNothing(call)
  const result = unread ? { value: undefined } : resolved === undefined ? { code, exitCode } : { ...resolved }
  return { result, sent: countsOf(call, fault), complaints: [] }
}

const faultOf = (name: string): Fault => {
  const fault = faults[name]
  if (fault === undefined) throw new Error(`no fault ${name}`)
  return fault
}

/** How often it is sent; undefined where the deadline may strike before it arrives, or often enough. */
const countsOf = ({ verb }: PlatformCall, { gets }: Fault) =>
  gets === undefined ? undefined : verb === 'GET' ? gets : 1

/** A DELETE is answered by its status alone. */
const readsNothing = ({ verb }: PlatformCall) => verb === 'DELETE'

function rejection(error: unknown) {
  return error instanceof ReleaseError ? { code: error.code, exitCode: error.exitCode } : { error }
}

function complaintsOf(value: unknown): string[] {
  const leaks = secret.test(inspect(value, { depth: 10, showHidden: true, getters: true }))
  return [...(leaks ? ['it carries the token'] : []), ...(value instanceof Error ? wordingOf(value) : [])]
}

function wordingOf(error: Error): string[] {
  const todo = error instanceof ReleaseError ? error.todo : []
  return [
    ...(/^[A-Z][^\n]*\.$/.test(error.message) ? [] : [`it is no one sentence: ${error.message}`]),
    ...(todo.length > 0 && todo.every((line) => line.trim() !== '') ? [] : ['it says nothing to do']),
  ]
}

it('every function that calls the Platform API is in the list', async () => {
  const files = (await sourceFiles('src/heroku')).filter(({ content }) => /\bapiPath`/.test(content))
  const names = files.flatMap(({ content }) =>
    [...content.matchAll(/^export (?:async )?function (\w+)(?:<.*>)?\(\s*platform: Platform\b/gm)].map(
      ([, name]) => name,
    ),
  )
  expect(names.length).toBeGreaterThan(10)
  expect(new Set(names)).toEqual(new Set(Object.keys(platformCalls)))
})

import { performance } from 'node:perf_hooks'
import { configurationError } from '../core/errors.js'
import { createRedactor } from '../core/redact.js'
import { attempt, type Answer, type Verb } from './attempt.js'
import { fieldsOf, type Reader } from './fields.js'
import { pause } from './pause.js'
import { defaultOrigin, misshapenAnswer, platformError, type Asked } from './platform-errors.js'
import type { CallOptions, ListOptions, Platform, PlatformOptions } from './platform.js'
import { pauseBeforeRetryMs } from './repeat.js'

/**
 * Makes a client of the Platform API (https://devcenter.heroku.com/articles/platform-api-reference).
 * Nothing is sent or loaded before the first call. Throws a configuration error for a missing token or an
 * address that is none.
 */
export function createPlatform(options: PlatformOptions): Platform {
  const token = options.token.trim()
  if (token === '') {
    throw configurationError('token-missing', 'No Heroku API token is set.', {
      todo: [
        'Make one: heroku authorizations:create --scope write --description release-phase',
        'Then set it: HEROKU_API_KEY=...',
      ],
    })
  }
  const origin = originOf(options.apiUrl)
  const redact = createRedactor([token, Buffer.from(`:${token}`).toString('base64')])
  const patience = { patienceMs: options.patienceMs ?? 60_000, firstPauseMs: options.firstPauseMs ?? 500 }
  let rateLimitRemaining: number | undefined
  let heardAt: Date | undefined

  async function call(verb: Verb, path: string, given: CallOptions, extra: Extra): Promise<[Answer, Asked]> {
    const signal = either(options.signal, given.signal)
    const patienceMs = Math.min(patience.patienceMs, given.patienceMs ?? Infinity)
    const startedAtMs = performance.now()
    const elapsedMs = () => performance.now() - startedAtMs
    for (let attempts = 1; ; attempts += 1) {
      const timeoutMs = Math.max(1, Math.min(options.timeoutMs ?? 15_000, patienceMs - elapsedMs()))
      const headers = extra.range === undefined ? {} : { Range: extra.range }
      const one = { origin, token, verb, path, headers, body: extra.body, timeoutMs, signal }
      const outcome = await attempt(one)
      const asked = { verb, path, origin, attempts, elapsedMs: elapsedMs(), redact }
      if (outcome.kind === 'answer') {
        rateLimitRemaining = wholeNumber(outcome.headers['ratelimit-remaining']) ?? rateLimitRemaining
        heardAt = dateOf(outcome.headers.date) ?? heardAt
        if (isSuccess(outcome)) return [outcome, asked]
      }
      const pauseMs = pauseBeforeRetryMs(asked, outcome, { ...patience, patienceMs })
      const error = platformError(asked, outcome)
      if (pauseMs === undefined) throw error
      options.onNotice?.({ kind: 'retrying', verb, path, reason: error.message, attempts, pauseMs })
      await pause(pauseMs, signal)
    }
  }

  async function object<T>(
    verb: Verb,
    path: string,
    read: Reader<T>,
    given: CallOptions = {},
    body?: unknown,
  ) {
    const [answer, asked] = await call(verb, path, given, { body })
    return read(fieldsOf(answer.body, (fault) => misshapenAnswer(asked, fault)))
  }

  async function list<T>(path: string, read: Reader<T>, given: ListOptions = {}): Promise<readonly T[]> {
    const items: T[] = []
    const ranges = new Set<string | undefined>()
    let { range } = given
    for (;;) {
      ranges.add(range)
      const [answer, asked] = await call('GET', path, given, { range })
      if (!Array.isArray(answer.body)) throw misshapenAnswer(asked, 'is not a list')
      const complain = (fault: string) => misshapenAnswer(asked, `holds an entry that ${fault}`)
      for (const item of answer.body) items.push(read(fieldsOf(item, complain)))
      range = textOf(answer.headers['next-range'])
      if (range === undefined || items.length >= (given.enough ?? 0)) return items
      if (ranges.has(range) || ranges.size >= mostPages) throw misshapenAnswer(asked, 'is a list without end')
    }
  }

  return {
    get: async (path, read, given) => await object('GET', path, read, given),
    post: async (path, body, read, given) => await object('POST', path, read, given, body),
    patch: async (path, body, read, given) => await object('PATCH', path, read, given, body),
    delete: async (path, given = {}) => {
      await call('DELETE', path, given, {})
    },
    list,
    get rateLimitRemaining() {
      return rateLimitRemaining
    },
    get heardAt() {
      return heardAt
    },
    redact,
  }
}

/** Of which a page may hold a thousand entries, or as few as the API likes. */
const mostPages = 200

interface Extra {
  readonly body?: unknown
  readonly range?: string | undefined
}

/** What is not JSON came from something in between, whatever its status says; empty will do. */
function isSuccess(answer: Answer): boolean {
  return answer.status >= 200 && answer.status < 300 && answer.body !== undefined
}

function originOf(apiUrl: string | undefined): string {
  if (apiUrl === undefined || apiUrl === '') return defaultOrigin
  const url = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url.origin
  throw configurationError(
    'api-url-invalid',
    'The address of the Platform API is not an http or https URL.',
    {
      todo: ['Unset HEROKU_API_URL, or write it like https://api.heroku.com.'],
    },
  )
}

function either(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return AbortSignal.any([one, other])
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}

function wholeNumber(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d+$/.test(header) ? Number(header) : undefined
}

function dateOf(header: string | undefined): Date | undefined {
  const timeMs = Date.parse(header ?? '')
  return Number.isNaN(timeMs) ? undefined : new Date(timeMs)
}

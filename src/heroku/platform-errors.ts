import { formatDuration } from '../core/duration.js'
import {
  configurationError,
  failedError,
  tryAgainError,
  unavailableError,
  type ReleaseError,
} from '../core/errors.js'
import type { Answer, Silence, Verb } from './attempt.js'
import { retryAfterMs } from './repeat.js'

/** What was asked of the Platform API, for the sentence. */
export interface Asked {
  readonly verb: Verb
  readonly path: string
  readonly origin: string
  readonly attempts: number
  readonly elapsedMs: number
  /** Takes the token out of what the other side wrote. */
  readonly redact: (text: string) => string
}

export const defaultOrigin = 'https://api.heroku.com'
const newToken = 'heroku authorizations:create --scope'

/**
 * The error for a call that was refused or not answered. Codes and exit codes: `token-refused`,
 * `token-lacks-scope`, `app-unknown` 78; `not-found`, `payment-required`, `request-refused` 1;
 * `rate-limited` 75; `platform-unavailable` 69. Scopes:
 * https://devcenter.heroku.com/articles/oauth#scopes, statuses:
 * https://devcenter.heroku.com/articles/platform-api-reference#errors.
 */
export function platformError(asked: Asked, outcome: Answer | Silence): ReleaseError {
  if (outcome.kind === 'silence') return unavailable(asked, `gave no answer: ${asked.redact(outcome.reason)}`)
  const { status } = outcome
  const said = saidBy(outcome, asked)
  const what = `${asked.verb} ${asked.path}`
  const detail = requestId(outcome, asked)
  if (status === 401) {
    return configurationError('token-refused', `Heroku refused the API token${said}`, {
      todo: [
        'The token is wrong, expired or revoked. Make a new one: ' +
          `${newToken} ${scopeFor(asked)} --description release-phase`,
        'Then set it: HEROKU_API_KEY=...',
      ],
      detail,
    })
  }
  if (status === 402) {
    return failedError('payment-required', `Heroku asks for payment before ${what}${said}`, {
      todo: ['See to it at https://dashboard.heroku.com/account/billing, then run the command again.'],
      detail,
    })
  }
  if (status === 403) {
    const scope = scopeFor(asked)
    return configurationError('token-lacks-scope', `The API token may not do ${what}${said}`, {
      todo: [
        `It needs the scope "${scope}". Make such a token: ${newToken} ${scope} --description release-phase`,
        'If it has that scope, its account is no collaborator of this app, or may not do this there.',
      ],
      detail,
    })
  }
  if (status === 404 && isAboutApp(asked, outcome)) {
    return configurationError('app-unknown', `Heroku knows no app "${appIn(asked.path)}"${said}`, {
      todo: [
        'See which apps this token can reach: heroku apps --all',
        'Then name the right one with --app or HEROKU_APP_NAME.',
      ],
      detail,
    })
  }
  if (status === 404) {
    return failedError('not-found', `Heroku found nothing at ${asked.path}${said}`, {
      todo: ['It may be gone by now, or misspelt: look with heroku ps, heroku releases or release status.'],
      detail,
    })
  }
  if (status === 429) return limited(asked, outcome, said)
  if (status >= 400 && status < 500) {
    return failedError('request-refused', `Heroku refused ${what} with status ${status}${said}`, {
      todo: ['Nothing was done. Mend what Heroku names, then run the command again.'],
      detail,
    })
  }
  return unavailable(asked, faultOf(outcome), [...(said === '.' ? [] : [`Heroku said${said}`]), ...detail])
}

/** For an answer that came, and is JSON, but is not what the API's schema promises. */
export function misshapenAnswer(asked: Asked, fault: string): ReleaseError {
  return unavailable(asked, `sent an answer that ${fault}`)
}

function unavailable(asked: Asked, fault: string, detail: readonly string[] = []): ReleaseError {
  const tries =
    asked.attempts > 1 ? ` (${asked.attempts} attempts in ${formatDuration(asked.elapsedMs)})` : ''
  const message = `Heroku's Platform API ${fault}. It was asked ${asked.verb} ${asked.path}${tries}.`
  const own = asked.origin === defaultOrigin
  return unavailableError('platform-unavailable', message, {
    todo: [
      own
        ? 'Look at https://status.heroku.com, then run the command again.'
        : `Is HEROKU_API_URL right? The request went to ${asked.origin}.`,
      ...(asked.verb === 'GET'
        ? []
        : ['Whether Heroku did it is not known: look (heroku ps, heroku releases) before you repeat it.']),
    ],
    detail,
  })
}

function limited(asked: Asked, answer: Answer, said: string): ReleaseError {
  const waitMs = retryAfterMs(answer)
  const wait = waitMs === undefined ? 'a few minutes' : formatDuration(waitMs)
  return tryAgainError('rate-limited', `The API token has used up its quota of requests${said}`, {
    todo: [
      `Wait ${wait}, then run the command again: the quota refills at about 75 requests a minute.`,
      'What uses it up? heroku authorizations shows the tokens of this account.',
    ],
    detail: requestId(answer, asked),
  })
}

function faultOf(answer: Answer): string {
  if (answer.status < 300) return 'sent an answer that is not JSON'
  if (answer.status === 304) return 'answered with status 304 (not modified), which nobody asked for'
  if (answer.status < 400) return `answered with status ${answer.status}, a redirect, which is not followed`
  return `answered with status ${answer.status}`
}

/** `: its own words.`, or `.` where it sent none. https://devcenter.heroku.com/articles/platform-api-reference#error-format */
function saidBy(answer: Answer, asked: Asked): string {
  const message = asked.redact(bodyText(answer, 'message')?.trim() ?? '').slice(0, 500)
  if (message === '') return '.'
  return `: ${message}${/[.!?]$/.test(message) ? '' : '.'}`
}

function bodyText(answer: Answer, name: string): string | undefined {
  if (typeof answer.body !== 'object' || answer.body === null) return undefined
  const value: unknown = Reflect.get(answer.body, name)
  return typeof value === 'string' ? value : undefined
}

function requestId(answer: Answer, asked: Asked): readonly string[] {
  const id = answer.headers['request-id']
  return typeof id === 'string' ? [`Request-Id: ${asked.redact(id).slice(0, 200)}`] : []
}

function scopeFor(asked: Asked): string {
  const access = asked.verb === 'GET' ? 'read' : 'write'
  return asked.path.includes('/config-vars') ? `${access}-protected` : access
}

/** As in "Couldn't find that app.", and not as in "Couldn't find that app feature." */
const isThatApp = /\bthat app(?:[.,!]|$)/i

function isAboutApp(asked: Asked, answer: Answer): boolean {
  const resource = bodyText(answer, 'resource')
  if (resource !== undefined) return resource === 'app'
  return /^\/apps\/[^/]+$/.test(asked.path) || isThatApp.test(bodyText(answer, 'message') ?? '')
}

function appIn(path: string): string {
  return decodeURIComponent(/^\/apps\/([^/?]+)/.exec(path)?.[1] ?? '')
}

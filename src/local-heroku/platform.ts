import type { IncomingHttpHeaders } from 'node:http'
import type { App } from './app.js'
import type { Faults } from './faults.js'
import type { LogFilter } from './log.js'
import type { Pipeline } from './pipeline.js'
import type { Promotion } from './promotion.js'
import type { Quota } from './quota.js'
import type { Tokens } from './tokens.js'

/** Everything that one local Heroku holds, as its API sees it. */
export interface Platform {
  readonly apps: App[]
  readonly pipelines: Pipeline[]
  readonly promotions: Promotion[]
  readonly tokens: Tokens
  readonly quota: Quota
  readonly faults: Faults
  readonly requests: RequestRecord[]
  readonly logSessions: Map<string, LogSession>
  readonly account: { readonly email: string; readonly createdAt: Date }
  /** `http://127.0.0.1:PORT` */
  readonly base: () => string
}

export interface LogSession {
  readonly app: App
  readonly filter: LogFilter
  readonly tail: boolean
  /** By `performance.now()`: afterwards it is forgotten. Put off once, when somebody begins to read it. */
  expiresAtMs: number
  isRead: boolean
}

/** A request that reached the Platform API. */
export interface RequestRecord {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly at: Date
  /** Without `authorization`. */
  readonly headers: IncomingHttpHeaders
  /** The parsed body; undefined when there was none. */
  readonly body: unknown
  /** Undefined while, or when, no answer was sent. */
  readonly status: number | undefined
}

import type * as Heroku from '@heroku-cli/schema'
import { randomUUID } from 'node:crypto'
import { timestamp } from '../environment.js'
import { accountResource, appResource, couplingResource } from '../resources.js'
import { count, flag, text } from './body.js'
import { notFound } from './refusal.js'
import { list, ok, type Call, type Route } from './route.js'

/**
 * Apps and what hangs on them, the account and its quota.
 * https://devcenter.heroku.com/articles/platform-api-reference#app
 */
export const appRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/apps',
    need: 'read',
    answer: (call) => list(call.platform.apps.map(appResource), 'id', 'name'),
  },
  { method: 'GET', path: '/apps/:app', need: 'read', answer: (call) => ok(appResource(call.app())) },
  {
    method: 'PATCH',
    path: '/apps/:app',
    need: 'write',
    answer: (call) => {
      const { settings } = call.app()
      settings.maintenance = flag(call.body, 'maintenance') ?? settings.maintenance
      settings.updatedAt = new Date()
      return ok(appResource(call.app()))
    },
  },
  { method: 'GET', path: '/apps/:app/pipeline-couplings', need: 'read', answer: coupling },
  { method: 'POST', path: '/apps/:app/log-sessions', need: 'read', answer: createLogSession },
  {
    method: 'GET',
    path: '/account',
    need: 'identity',
    answer: ({ platform: { account } }) => ok(accountResource(account)),
  },
  {
    method: 'GET',
    path: '/account/rate-limits',
    need: 'read',
    answer: (call) => ok({ remaining: call.platform.quota.remaining() } satisfies Heroku.RateLimit),
  },
]

function coupling(call: Call) {
  const app = call.app()
  for (const pipeline of call.platform.pipelines) {
    const found = pipeline.couplings().find((each) => each.appId === app.id)
    if (found !== undefined) return ok(couplingResource(pipeline, found))
  }
  throw notFound('pipeline coupling')
}

// Fir keeps no lines: its sessions have only those to come, whatever was asked for.
// https://devcenter.heroku.com/articles/heroku-cli-commands#heroku-logs
function createLogSession(call: Call) {
  const id = randomUUID()
  const app = call.app()
  const isFir = app.generation === 'fir'
  call.platform.logSessions.set(id, {
    app,
    tail: isFir || (flag(call.body, 'tail') ?? false),
    filter: {
      source: text(call.body, 'source'),
      dyno: text(call.body, 'dyno'),
      lines: isFir ? 0 : (count(call.body, 'lines', 1) ?? 100),
    },
    expiresAtMs: performance.now() + app.timing.logSessionMs,
    isRead: false,
  })
  const now = timestamp(new Date())
  const body = {
    id,
    logplex_url: `${call.platform.base()}/streams/logs/${id}`,
    created_at: now,
    updated_at: now,
  } satisfies Heroku.LogSession
  return { status: 201, body }
}

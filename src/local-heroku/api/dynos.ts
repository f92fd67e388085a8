import type { App } from '../app.js'
import type { Dyno } from '../dyno.js'
import type { ProcessType } from '../formation.js'
import { dynoResource, formationResource } from '../resources.js'
import { count, flag, isObject, strings, text } from './body.js'
import { invalid, notFound } from './refusal.js'
import { list, ok, type Call, type Route } from './route.js'

/**
 * Dynos and the formation. A restart is accepted (202, empty object) before anything has stopped.
 * https://devcenter.heroku.com/articles/platform-api-reference#dyno
 */
export const dynoRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/apps/:app/dynos',
    need: 'read',
    answer: (call) => {
      const app = call.app()
      return list(
        app.dynos().map((dyno) => dynoResource(app, dyno)),
        'id',
        'name',
      )
    },
  },
  {
    method: 'GET',
    path: '/apps/:app/dynos/:dyno',
    need: 'read',
    answer: (call) => ok(dynoResource(call.app(), dynoOf(call))),
  },
  { method: 'POST', path: '/apps/:app/dynos', need: 'write', answer: startOneOff },
  {
    method: 'DELETE',
    path: '/apps/:app/dynos',
    need: 'write',
    answer: (call) => {
      const app = call.app()
      app.formation.restart(app.formation.listed())
      return accepted
    },
  },
  {
    method: 'DELETE',
    path: '/apps/:app/dynos/:dyno',
    need: 'write',
    answer: (call) => {
      call.app().restart(dynoOf(call))
      return accepted
    },
  },
  {
    method: 'POST',
    path: '/apps/:app/dynos/:dyno/actions/stop',
    need: 'write',
    answer: (call) => {
      call.app().restart(dynoOf(call))
      return accepted
    },
  },
  {
    method: 'DELETE',
    path: '/apps/:app/formations/:type',
    need: 'write',
    answer: (call) => {
      const app = call.app()
      const { type } = processTypeOf(app, call.param('type'))
      app.formation.restart(app.formation.listed().filter((dyno) => dyno.type === type))
      return accepted
    },
  },
  {
    method: 'GET',
    path: '/apps/:app/formation',
    need: 'read',
    answer: (call) => {
      const app = call.app()
      return list(
        app.formation.types().map((type) => formationResource(app, type)),
        'id',
        'type',
      )
    },
  },
  {
    method: 'GET',
    path: '/apps/:app/formation/:type',
    need: 'read',
    answer: (call) => ok(formationResource(call.app(), processTypeOf(call.app(), call.param('type')))),
  },
  {
    method: 'PATCH',
    path: '/apps/:app/formation/:type',
    need: 'write',
    answer: (call) => ok(scale(call.app(), { type: call.param('type'), ...call.body })),
  },
  {
    method: 'PATCH',
    path: '/apps/:app/formation',
    need: 'write',
    answer: (call) => {
      const { updates } = call.body
      if (!Array.isArray(updates)) throw invalid('Invalid params: updates must be a list.')
      return ok(updates.map((update) => scale(call.app(), isObject(update) ? update : {})))
    },
  },
]

const accepted = { status: 202, body: {} }

function startOneOff(call: Call) {
  const app = call.app()
  const { body } = call
  const command = text(body, 'command')
  if (command === undefined || command === '') throw invalid('Invalid params: command is required.')
  if (flag(body, 'attach') === true) throw invalid('Nothing can attach to a dyno here: set attach to false.')
  if (app.releases.current()?.slug === null) throw invalid('The app has no code to run.')
  const seconds = count(body, 'time_to_live', 1)
  if (seconds !== undefined && seconds > 86_400) throw invalid('time_to_live must be at most 86400.')
  app.log.write('app', 'api', `Starting process with command \`${command}\` by user ${app.owner}`)
  const dyno = app.startOneOff({
    command,
    type: text(body, 'type'),
    size: text(body, 'size'),
    env: body['env'] === undefined ? undefined : strings(body['env'], 'env'),
    timeToLiveMs: seconds === undefined ? undefined : seconds * 1000,
  })
  return { status: 201, body: dynoResource(app, dyno) }
}

function scale(app: App, update: Readonly<Record<string, unknown>>) {
  const { type } = processTypeOf(app, text(update, 'type') ?? '')
  const size = text(update, 'size') ?? sizeIn(update['dyno_size'])
  const scaled = app.formation.scale(type, { quantity: count(update, 'quantity'), size })
  if (scaled === undefined) throw notFound('process type')
  app.log.write('app', 'api', `Scaled to ${type}@${scaled.quantity}:${scaled.size} by user ${app.owner}`)
  return formationResource(app, scaled)
}

// `dyno_size` is a name, or an object with a name.
function sizeIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return isObject(value) ? text(value, 'name') : undefined
}

function dynoOf(call: Call): Dyno {
  const wanted = call.param('dyno')
  const found = call
    .app()
    .dynos()
    .find((dyno) => dyno.id === wanted || dyno.name === wanted)
  if (found === undefined) throw notFound('dyno')
  return found
}

function processTypeOf(app: App, wanted: string): ProcessType {
  const found = app.formation.types().find((type) => type.type === wanted || type.id === wanted)
  if (found === undefined) throw notFound(`process type (${wanted})`)
  return found
}

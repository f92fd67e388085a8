import type * as Heroku from '@heroku-cli/schema'
import type { App } from '../app.js'
import { timestamp } from '../environment.js'
import type { Pipeline } from '../pipeline.js'
import { startPromotion, type Promotion, type PromotionTarget } from '../promotion.js'
import { isObject, text } from './body.js'
import { invalid, notFound } from './refusal.js'
import { list, ok, type Call, type Route } from './route.js'

/**
 * Promotions of code from app to app of a pipeline: accepted at once, settled when the release phases are.
 * https://devcenter.heroku.com/articles/platform-api-reference#pipeline-promotion
 */
export const promotionRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/pipeline-promotions',
    need: 'write',
    answer: (call) => {
      const promotion = create(call)
      call.platform.promotions.push(promotion)
      return { status: 201, body: promotionResource(promotion) }
    },
  },
  {
    method: 'GET',
    path: '/pipeline-promotions/:promotion',
    need: 'read',
    answer: (call) => ok(promotionResource(promotionOf(call))),
  },
  {
    method: 'GET',
    path: '/pipeline-promotions/:promotion/promotion-targets',
    need: 'read',
    answer: (call) => {
      const promotion = promotionOf(call)
      return list(promotion.targets.map((target) => targetResource(promotion, target)))
    },
  },
]

function create(call: Call): Promotion {
  const { body, platform } = call
  const pipeline = platform.pipelines.find(({ id }) => id === idIn(body['pipeline'], 'pipeline'))
  if (pipeline === undefined) throw notFound('pipeline')
  const source = appIn(call, pipeline, body['source'], 'source')
  if ((source.releases.current()?.slug ?? null) === null)
    throw invalid(`${source.name} has no code to promote.`)
  const given: unknown = body['targets']
  if (!Array.isArray(given) || given.length === 0)
    throw invalid('Invalid params: targets must be a list of apps.')
  const targets = given.map((target: unknown) => appIn(call, pipeline, target, 'targets'))
  if (targets.includes(source)) throw invalid(`${source.name} cannot be promoted to itself.`)
  return startPromotion(pipeline, source, targets)
}

/** The app of `{ app: { id } }`, which must be in the pipeline. */
function appIn({ platform }: Call, pipeline: Pipeline, value: unknown, what: string): App {
  const id = idIn(isObject(value) ? value['app'] : undefined, `${what} app`)
  const app = platform.apps.find((each) => each.id === id)
  if (app === undefined) throw notFound('app')
  if (pipeline.couplings().some(({ appId }) => appId === id)) return app
  throw invalid(`${app.name} is not in the pipeline ${pipeline.name}.`)
}

function idIn(value: unknown, what: string): string {
  const id = isObject(value) ? text(value, 'id') : undefined
  if (id === undefined) throw invalid(`Invalid params: ${what} id is required.`)
  return id
}

function promotionOf(call: Call): Promotion {
  const found = call.platform.promotions.find(({ id }) => id === call.param('promotion'))
  if (found === undefined) throw notFound('pipeline promotion')
  return found
}

function promotionResource({ id, pipeline, source, targets, createdAt }: Promotion) {
  const changes = targets.map(({ release }) => release.updatedAt.getTime())
  return {
    id,
    pipeline: { id: pipeline.id },
    source: { app: { id: source.app.id }, release: { id: source.release.id } },
    status: targets.some(({ release }) => release.status === 'pending') ? 'pending' : 'completed',
    created_at: timestamp(createdAt),
    updated_at: timestamp(new Date(Math.max(createdAt.getTime(), ...changes))),
  } satisfies Heroku.PipelinePromotion
}

/** https://devcenter.heroku.com/articles/platform-api-reference#pipeline-promotion-target */
function targetResource(promotion: Promotion, { id, app, release }: PromotionTarget) {
  return {
    id,
    app: { id: app.id },
    pipeline_promotion: { id: promotion.id },
    release: { id: release.id },
    status: release.status === 'expired' ? 'succeeded' : release.status,
    error_message: release.status === 'failed' ? 'The release command failed.' : null,
  } satisfies Heroku.PipelinePromotionTarget
}

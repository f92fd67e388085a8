import { features, type Feature } from '../features.js'
import { featureResource } from '../resources.js'
import { flag } from './body.js'
import { notFound } from './refusal.js'
import { list, ok, type Call, type Route } from './route.js'

/** https://devcenter.heroku.com/articles/platform-api-reference#app-feature */
export const featureRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/apps/:app/features',
    need: 'read',
    answer: (call) => {
      const app = call.app()
      return list(
        features.map((feature) => featureResource(app, feature)),
        'id',
        'name',
      )
    },
  },
  {
    method: 'GET',
    path: '/apps/:app/features/:feature',
    need: 'read',
    answer: (call) => ok(featureResource(call.app(), featureOf(call))),
  },
  {
    method: 'PATCH',
    path: '/apps/:app/features/:feature',
    need: 'write',
    answer: (call) => {
      const app = call.app()
      const feature = featureOf(call)
      feature.turn(app, flag(call.body, 'enabled') ?? feature.isOn(app))
      app.settings.updatedAt = new Date()
      return ok(featureResource(app, feature))
    },
  },
]

/** Named by its name or by its id. */
function featureOf(call: Call): Feature {
  const wanted = call.param('feature')
  const found = features.find(
    (feature) => feature.name === wanted || featureResource(call.app(), feature).id === wanted,
  )
  if (found === undefined) throw notFound('feature')
  return found
}

import { changeConfigVars, deploySlug, eligibleForRollback, rollBack } from '../deploy.js'
import type { Platform } from '../platform.js'
import { releaseResource, slugResource } from '../resources.js'
import type { Release } from '../release.js'
import type { Slug } from '../slug.js'
import { text } from './body.js'
import { invalid, notFound } from './refusal.js'
import { list, ok, type Call, type Route } from './route.js'

/**
 * Releases, slugs and config vars: what makes a new version of an app.
 * https://devcenter.heroku.com/articles/platform-api-reference#release
 */
export const releaseRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/apps/:app/releases',
    need: 'read',
    answer: (call) => {
      const app = call.app()
      return list(
        app.releases.all().map((release) => releaseResource(app, release, call.platform.base)),
        'id',
        'version',
      )
    },
  },
  {
    method: 'GET',
    path: '/apps/:app/releases/:release',
    need: 'read',
    answer: (call) => {
      const release = call.app().releases.find(call.param('release'))
      if (release === undefined) throw notFound('release')
      return ok(releaseResource(call.app(), release, call.platform.base))
    },
  },
  { method: 'POST', path: '/apps/:app/releases', need: 'write', answer: createRelease },
  {
    method: 'GET',
    path: '/apps/:app/slugs/:slug',
    need: 'read',
    answer: (call) => {
      const slug = slugOf(call.platform, call.param('slug'))
      if (slug === undefined) throw notFound('slug')
      return ok(slugResource(slug))
    },
  },
  {
    method: 'GET',
    path: '/apps/:app/config-vars',
    need: 'config-read',
    answer: (call) => ok(call.app().configVars()),
  },
  {
    method: 'PATCH',
    path: '/apps/:app/config-vars',
    need: 'config-write',
    answer: (call) => {
      const changes: Record<string, string | null> = {}
      for (const [name, value] of Object.entries(call.body)) {
        if (value !== null && typeof value !== 'string') throw invalid(`Config var ${name} must be a string.`)
        changes[name] = value
      }
      const started = changeConfigVars(call.app(), changes)
      const answer = ok(call.app().configVars())
      return started?.release.status === 'pending' ? { ...answer, warning: notYet } : answer
    },
  },
]

const notYet =
  'Release command executing: this config change will not be available until the command succeeds.'

// `{ slug: id }` releases code, `{ release: id }` rolls back; both run the release command.
function createRelease(call: Call) {
  const app = call.app()
  const description = text(call.body, 'description')
  const to = text(call.body, 'release')
  if (to !== undefined) {
    const release = app.releases.all().find((each) => each.id === to)
    if (release === undefined) throw notFound('release')
    if (!eligibleForRollback(release))
      throw invalid(`Cannot roll back to v${release.version}: ${whyNot(release)}.`)
    const created = rollBack(app, release, { description }).release
    return { status: 201, body: releaseResource(app, created, call.platform.base) }
  }
  const slug = slugOf(call.platform, text(call.body, 'slug') ?? '')
  if (slug === undefined) throw notFound('slug')
  const created = deploySlug(app, slug, { description }).release
  return { status: 201, body: releaseResource(app, created, call.platform.base) }
}

const whyNot = ({ slug, status }: Release) => (slug === null ? 'it has no slug' : `its release is ${status}`)

function slugOf(platform: Platform, id: string): Slug | undefined {
  for (const app of platform.apps) {
    for (const { slug } of app.releases.all()) if (slug !== null && slug.id === id) return slug
  }
  return undefined
}

import type * as Heroku from '@heroku-cli/schema'
import { createHash } from 'node:crypto'
import type { App } from './app.js'
import { eligibleForRollback } from './deploy.js'
import type { Dyno } from './dyno.js'
import { timestamp } from './environment.js'
import type { Feature } from './features.js'
import type { ProcessType } from './formation.js'
import type { Coupling, Pipeline } from './pipeline.js'
import type { Release } from './release.js'
import type { Slug } from './slug.js'

/** Where the server is, for the resources that carry a URL. */
export type BaseUrl = () => string

/** https://devcenter.heroku.com/articles/platform-api-reference#dyno */
export function dynoResource(app: App, dyno: Dyno) {
  return {
    id: dyno.id,
    name: dyno.name,
    type: dyno.type,
    state: dyno.state(),
    command: dyno.command,
    size: dyno.size,
    attach_url: null,
    app: { id: app.id, name: app.name },
    release: { id: dyno.release.id, version: dyno.release.version },
    created_at: timestamp(dyno.createdAt),
    updated_at: timestamp(dyno.updatedAt()),
  } satisfies Heroku.Dyno
}
export type DynoResource = ReturnType<typeof dynoResource>

/** https://devcenter.heroku.com/articles/platform-api-reference#formation */
export function formationResource(app: App, type: ProcessType) {
  return {
    id: type.id,
    type: type.type,
    command: type.command,
    quantity: type.quantity,
    size: type.size,
    app: { id: app.id, name: app.name },
    created_at: timestamp(type.createdAt),
    updated_at: timestamp(type.updatedAt),
  } satisfies Heroku.Formation
}
export type FormationResource = ReturnType<typeof formationResource>

/** https://devcenter.heroku.com/articles/platform-api-reference#release */
export function releaseResource(app: App, release: Release, base: BaseUrl) {
  return {
    id: release.id,
    version: release.version,
    status: release.status,
    current: release === app.releases.current(),
    description: release.description,
    slug: release.slug === null ? null : { id: release.slug.id },
    user: { email: release.user, id: idOf(release.user) },
    app: { id: app.id, name: app.name },
    addon_plan_names: [],
    eligible_for_rollback: eligibleForRollback(release),
    output_stream_url: release.output === undefined ? null : `${base()}/streams/releases/${release.id}`,
    created_at: timestamp(release.createdAt),
    updated_at: timestamp(release.updatedAt),
    // The published types do not know `expired` yet: https://github.com/heroku/cli/pull/3081
  } satisfies Omit<Heroku.Release, 'status'>
}
export type ReleaseResource = ReturnType<typeof releaseResource>

/** https://devcenter.heroku.com/articles/platform-api-reference#app */
export function appResource(app: App) {
  const released = app.releases.current()
  const stack = named(app.generation === 'fir' ? 'cnb' : 'heroku-24')
  return {
    id: app.id,
    name: app.name,
    maintenance: app.settings.maintenance,
    generation: named(app.generation),
    owner: { email: app.owner, id: idOf(app.owner) },
    region: named('eu'),
    stack,
    build_stack: stack,
    organization: null,
    team: null,
    space: app.inPrivateSpace ? { ...named('private'), shield: false } : null,
    archived_at: null,
    buildpack_provided_description: 'Node.js',
    git_url: `https://git.heroku.com/${app.name}.git`,
    web_url: app.settings.webUrl,
    created_at: timestamp(app.createdAt),
    updated_at: timestamp(app.settings.updatedAt),
    released_at: released === undefined ? null : timestamp(released.updatedAt),
  } satisfies Heroku.App
}
export type AppResource = ReturnType<typeof appResource>

/** https://devcenter.heroku.com/articles/platform-api-reference#app-feature */
export function featureResource(app: App, feature: Feature) {
  const { name, title, description, state, docUrl } = feature
  return {
    ...named(name),
    enabled: feature.isOn(app),
    display_name: title,
    description,
    doc_url: docUrl,
    feedback_email: 'support@heroku.example',
    state,
    created_at: timestamp(app.createdAt),
    updated_at: timestamp(app.settings.updatedAt),
  } satisfies Heroku.AppFeature
}

/** https://devcenter.heroku.com/articles/platform-api-reference#slug */
export function slugResource(slug: Slug) {
  return {
    id: slug.id,
    commit: slug.commit,
    commit_description: slug.description,
    process_types: { ...slug.processTypes },
    created_at: timestamp(slug.createdAt),
    updated_at: timestamp(slug.createdAt),
  } satisfies Heroku.Slug
}

/** https://devcenter.heroku.com/articles/platform-api-reference#pipeline-coupling */
export function couplingResource(pipeline: Pipeline, coupling: Coupling) {
  return {
    id: coupling.id,
    stage: coupling.stage,
    app: { id: coupling.appId },
    pipeline: { id: pipeline.id, name: pipeline.name },
    created_at: timestamp(coupling.createdAt),
    updated_at: timestamp(coupling.createdAt),
  } satisfies Heroku.PipelineCoupling
}

/** https://devcenter.heroku.com/articles/platform-api-reference#account */
export function accountResource(account: { readonly email: string; readonly createdAt: Date }) {
  return {
    id: idOf(account.email),
    email: account.email,
    name: null,
    verified: true,
    created_at: timestamp(account.createdAt),
    updated_at: timestamp(account.createdAt),
  } satisfies Heroku.Account
}

const named = (name: string) => ({ id: idOf(name), name })

// The same name has the same id everywhere, in the shape of a UUID.
function idOf(name: string): string {
  const digits = createHash('sha256').update(name).digest('hex')
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20, 32),
  ].join('-')
}

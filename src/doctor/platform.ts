import { failedBy, pass, skip, warn, type Check } from '../core/check.js'
import { ReleaseError } from '../core/errors.js'
import type { Platform } from '../heroku/platform.js'
import type { World } from '../story/world.js'

const patienceMs = 15_000
const names = { token: 'token', app: 'app', metadata: 'app name in dynos', review: 'pipeline' } as const

/** What Heroku says: the token, the app, and what a release phase of it would know. Only reads. */
export async function checkPlatform(world: World): Promise<Check[]> {
  const { config, signal } = world
  if (config.token === undefined) {
    const token = warn(
      names.token,
      'there is no HEROKU_API_KEY, so a restart by hand is left to you, and Heroku is not asked',
      'heroku authorizations:create --scope write --description release-phase, then set HEROKU_API_KEY to it',
    )
    return [token, ...withoutPlatform(world, 'there is no token')]
  }
  const { createPlatform } = await import('../heroku/client.js')
  const { requestsLeft } = await import('../heroku/account.js')
  const platform = createPlatform({ token: config.token, apiUrl: config.apiUrl, patienceMs, signal })
  const left = await orCheck(names.token, async () => await requestsLeft(platform))
  if (typeof left !== 'number') return [left, ...withoutPlatform(world, 'the token could not be used')]
  return [checkQuota(left), ...(await checkApp(world, platform))]
}

// Heroku tells no token what it may do; only writing would show it.
// https://devcenter.heroku.com/articles/oauth#scopes
function checkQuota(left: number): Check {
  const few = 100
  return left >= few
    ? pass(names.token, `accepted, ${left} requests left; restarts need its scope to be write`)
    : warn(
        names.token,
        `accepted, and only ${left} requests are left this hour`,
        'Something else uses the account’s quota up: heroku authorizations',
      )
}

function withoutPlatform(world: World, why: string): Check[] {
  return [skip(names.app, why), checkOwnName(world) ?? skip(names.metadata, why), skip(names.review, why)]
}

async function checkApp(world: World, platform: Platform): Promise<Check[]> {
  const { app } = world.config
  if (app === undefined) {
    return [
      warn(
        names.app,
        'which app this is, is not known',
        'Name it: release doctor --app NAME, or HEROKU_APP_NAME',
      ),
      checkOwnName(world) ?? skip(names.metadata, 'the app is not known'),
      skip(names.review, 'the app is not known'),
    ]
  }
  const { readApp } = await import('../heroku/apps.js')
  const found = await orCheck(names.app, async () => await readApp(platform, app))
  if ('verdict' in found) {
    const why = 'the app could not be read'
    return [found, checkOwnName(world) ?? skip(names.metadata, why), skip(names.review, why)]
  }
  const notes = [found.generation, found.maintenance ? 'in maintenance mode' : undefined].filter(Boolean)
  return [
    pass(names.app, notes.length === 0 ? found.name : `${found.name} (${notes.join(', ')})`),
    checkOwnName(world) ??
      (await orCheck(names.metadata, async () => await checkMetadata(platform, found.name))),
    await orCheck(names.review, async () => await checkStage(platform, found.name)),
  ]
}

/**
 * Whether a dyno knows the name of its app without the platform's help: the ledger writes it down, and
 * tells apps that share a database apart by it. Undefined: this process cannot tell.
 */
function checkOwnName({ config, surroundings }: World): Check | undefined {
  if (config.app !== undefined && config.sources.app.startsWith('app in ')) {
    return pass(names.metadata, `${config.app}, as ${config.sources.app} says`)
  }
  if (surroundings.dyno === undefined) return undefined
  return config.app === undefined
    ? nameless('HEROKU_APP_NAME is not set in this dyno', 'NAME')
    : pass(names.metadata, `${config.app}, from ${config.sources.app}`)
}

// https://devcenter.heroku.com/articles/dyno-metadata
async function checkMetadata(platform: Platform, app: string): Promise<Check> {
  const { isFeatureOn } = await import('../heroku/features.js')
  const on = await isFeatureOn(platform, app, 'runtime-dyno-metadata')
  if (on === undefined) return skip(names.metadata, 'Heroku does not know runtime-dyno-metadata for this app')
  if (on) return pass(names.metadata, 'runtime-dyno-metadata is on')
  return nameless('runtime-dyno-metadata is off', app)
}

const nameless = (fact: string, app: string): Check =>
  warn(
    names.metadata,
    `${fact}, so the release phase does not know its app, and the ledger cannot name it`,
    `heroku labs:enable runtime-dyno-metadata --app ${app}, or heroku config:set RELEASE_APP=${app}`,
  )

async function checkStage(platform: Platform, app: string): Promise<Check> {
  const { pipelineStage } = await import('../heroku/pipelines.js')
  const stage = await pipelineStage(platform, app)
  if (stage === undefined) return pass(names.review, 'in none, so this is no review app')
  return pass(names.review, stage === 'review' ? 'this is a review app' : `its stage is ${stage}`)
}

async function orCheck<Fact>(name: string, read: () => Promise<Fact>): Promise<Fact | Check> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof ReleaseError) || error.code === 'stopped') throw error
    return failedBy(name, error)
  }
}

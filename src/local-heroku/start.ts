import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { usageError } from '../core/errors.js'
import { createApiServer } from './api/server.js'
import { createApp, type AppOptions } from './app.js'
import { createFaults, type Faults } from './faults.js'
import { presentApp, type LocalApp } from './local-app.js'
import { hex } from './names.js'
import { createOrphanage } from './process/orphans.js'
import { createPipeline, type Pipeline } from './pipeline.js'
import type { Platform, RequestRecord } from './platform.js'
import { createQuota, type Quota } from './quota.js'
import { startRouter } from './router/router.js'
import { herokuTiming, type Timing } from './timing.js'
import { createTokens, type Scope } from './tokens.js'

export interface LocalHerokuOptions {
  /** Over `herokuTiming`; tests pass `quickTiming`. */
  readonly timing?: Partial<Timing>
  /** The account's e-mail address, shown as the user of releases. */
  readonly email?: string
  /** How many calls the account has, and gets back a minute: default 4,500 and 75. */
  readonly rateLimit?: { readonly capacity: number; readonly perMinute: number }
}

export interface LocalAppOptions extends Omit<AppOptions, 'name'> {
  /** Default a made-up one. */
  readonly name?: string
}

/** A Heroku on this machine: the Platform API under `url`, apps behind routers of their own. */
export interface LocalHeroku {
  /** Base URL of the Platform API, `http://127.0.0.1:PORT`. */
  readonly url: string
  /** A token that may do everything. */
  readonly token: string
  createApp(options?: LocalAppOptions): Promise<LocalApp>
  createToken(scope: Scope | readonly Scope[], options?: { expired?: boolean }): string
  createPipeline(name?: string): Pipeline
  readonly faults: Faults
  readonly quota: Pick<Quota, 'remaining' | 'set'>
  /** Every request that reached the API, oldest first. */
  readonly requests: readonly RequestRecord[]
  /** Ends everything: servers, routers, dynos and their children. May be called again. */
  close(): Promise<void>
}

/** Starts a Heroku on this machine, on a free port. Call `close` when done. */
export async function startLocalHeroku(options: LocalHerokuOptions = {}): Promise<LocalHeroku> {
  const timing = { ...herokuTiming, ...options.timing }
  const orphanage = createOrphanage()
  const tokens = createTokens()
  const email = options.email ?? 'dev@example.com'
  const faces: LocalApp[] = []
  let url = ''
  const platform: Platform = {
    apps: [],
    pipelines: [],
    promotions: [],
    tokens,
    quota: createQuota(options.rateLimit?.capacity, options.rateLimit?.perMinute),
    faults: createFaults(),
    requests: [],
    logSessions: new Map(),
    account: { email, createdAt: new Date() },
    base: () => url,
  }
  const server = createApiServer(platform)
  url = await listen(server)
  let closed: Promise<void> | undefined

  return {
    url,
    token: tokens.create(['global']),
    faults: platform.faults,
    quota: platform.quota,
    requests: platform.requests,
    createApp: async (wish = {}) => {
      const name = wish.name ?? `app-${hex(8)}`
      if (platform.apps.some((app) => app.name === name)) throw usageError(`Name ${name} is already taken.`)
      const app = createApp({ ...wish, name }, { timing, orphanage, owner: email })
      platform.apps.push(app)
      const router = await startRouter({
        timing: app.timing,
        log: app.log,
        changes: app.changes,
        serving: () => app.formation.serving(),
        // Without web dynos a Private Space has nobody who could show the page.
        // https://devcenter.heroku.com/articles/maintenance-mode#scaling-dynos-in-maintenance-mode
        maintenance: () =>
          app.settings.maintenance && !(app.inPrivateSpace && app.formation.serving().length === 0),
      })
      app.settings.webUrl = `${router.url}/`
      const face = presentApp(app, router, platform.base, (id) =>
        platform.apps.find((each) => each.id === id),
      )
      faces.push(face)
      return face
    },
    createToken: (scope, tokenOptions) =>
      tokens.create(typeof scope === 'string' ? [scope] : scope, tokenOptions),
    createPipeline: (name = `pipeline-${hex(8)}`) => {
      const pipeline = createPipeline(name)
      platform.pipelines.push(pipeline)
      return pipeline
    },
    close: async () => {
      closed ??= closeAll()
      await closed
    },
  }

  async function closeAll(): Promise<void> {
    const serverClosed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await Promise.all([serverClosed, ...faces.map(async (face) => await face.close())])
    orphanage.close()
  }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

import { requestsLeft } from '../../src/heroku/account.js'
import { hasPreboot, readApp, setMaintenance } from '../../src/heroku/apps.js'
import { listDynos, restartDyno } from '../../src/heroku/dynos.js'
import { isFeatureOn } from '../../src/heroku/features.js'
import { listFormation, scaleType } from '../../src/heroku/formation.js'
import { lastLogLines } from '../../src/heroku/logs.js'
import { openLogSession } from '../../src/heroku/log/session.js'
import { pipelineStage } from '../../src/heroku/pipelines.js'
import type { Platform } from '../../src/heroku/platform.js'
import { currentRelease, latestReleases, readRelease, rollBackTo } from '../../src/heroku/releases.js'
import { readSlug } from '../../src/heroku/slugs.js'

/** One call of the Platform API as the rest of the program makes it, about the app `shop`. */
export interface PlatformCall {
  readonly verb: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly ask: (platform: Platform) => Promise<unknown>
  /** What it resolves with where Heroku answers 404 about something else than the app; else it rejects. */
  readonly absent?: { readonly value: unknown }
  /** What it resolves with whatever goes wrong, where it never rejects. */
  readonly always?: { readonly value: unknown }
}

/** Every call there is, by the name of its function. A new one is a line here; a test sees to it that it is. */
export const platformCalls: Readonly<Record<string, PlatformCall>> = {
  requestsLeft: { verb: 'GET', ask: requestsLeft },
  readApp: { verb: 'GET', ask: (platform) => readApp(platform, 'shop') },
  hasPreboot: { verb: 'GET', ask: (platform) => hasPreboot(platform, 'shop'), absent: { value: false } },
  setMaintenance: { verb: 'PATCH', ask: (platform) => setMaintenance(platform, 'shop', true) },
  listDynos: { verb: 'GET', ask: (platform) => listDynos(platform, 'shop') },
  restartDyno: { verb: 'DELETE', ask: (platform) => restartDyno(platform, 'shop', 'web.1') },
  isFeatureOn: {
    verb: 'GET',
    ask: (platform) => isFeatureOn(platform, 'shop', 'preboot'),
    absent: { value: undefined },
  },
  listFormation: { verb: 'GET', ask: (platform) => listFormation(platform, 'shop') },
  scaleType: {
    verb: 'PATCH',
    ask: (platform) => scaleType(platform, 'shop', { type: 'web', quantity: 2 }),
  },
  lastLogLines: {
    verb: 'POST',
    ask: (platform) => lastLogLines(platform, 'shop', 'web.1', { deadlineMs: 20_000 }),
    always: { value: [] },
  },
  openLogSession: {
    verb: 'POST',
    ask: (platform) => openLogSession(platform, 'shop', { isFir: false, tail: true }),
  },
  pipelineStage: {
    verb: 'GET',
    ask: (platform) => pipelineStage(platform, 'shop'),
    absent: { value: undefined },
  },
  latestReleases: { verb: 'GET', ask: (platform) => latestReleases(platform, 'shop') },
  currentRelease: { verb: 'GET', ask: (platform) => currentRelease(platform, 'shop') },
  readRelease: { verb: 'GET', ask: (platform) => readRelease(platform, 'shop', 'v7') },
  rollBackTo: { verb: 'POST', ask: (platform) => rollBackTo(platform, 'shop', 'an-id') },
  readSlug: { verb: 'GET', ask: (platform) => readSlug(platform, 'shop', 'an-id') },
}

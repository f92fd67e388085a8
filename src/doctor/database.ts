import { failedBy, pass, skip, type Check } from '../core/check.js'
import { formatDuration } from '../core/duration.js'
import { ReleaseError } from '../core/errors.js'
import { open } from '../postgres/opening.js'
import type { Session } from '../postgres/session.js'
import { lookOnly } from '../postgres/status.js'
import type { Target } from '../postgres/url.js'
import { lookAtDatabase } from '../story/session.js'
import { appOf, historyTable, targetOf, type World } from '../story/world.js'
import { looksAtLedger } from './ledger.js'
import type { Look } from './look.js'
import { looksAtServer } from './server.js'

const looks: readonly Look[] = [...looksAtServer, ...looksAtLedger]
const kinds = ['no pooler', 'no follower'] as const

/** The database that the settings name, from its URL to the release lock. Reads only. */
export async function checkDatabase(world: World): Promise<Check[]> {
  let target: Target
  try {
    target = targetOf(world)
  } catch (error) {
    return [checkUrl(world, error), ...skipAll(['connection', ...kinds], 'there is no database URL')]
  }
  const url = pass('database URL', `${target.source} names ${target.location}`)
  const startedAt = performance.now()
  try {
    return await lookAtDatabase(world, async (session) => {
      const took = formatDuration(performance.now() - startedAt)
      const who = target.user === undefined ? '' : `as ${target.user}, `
      return [url, pass('connection', `made ${who}in ${took}`), ...(await checkSession(world, session))]
    })
  } catch (error) {
    world.signal.throwIfAborted()
    if (!(error instanceof ReleaseError)) throw error
    return [url, failedBy('connection', error), ...skipAll(kinds, 'there is no connection')]
  }
}

// By hand the URL is seldom set: it is a config var of the app.
function checkUrl({ config, surroundings }: World, error: unknown): Check {
  const failed = failedBy('database URL', error)
  if (config.databaseUrl !== undefined || surroundings.dyno !== undefined) return failed
  const app = config.app ?? 'NAME'
  return { ...failed, mend: `Ask in a dyno, which has it: heroku run release doctor --app ${app}` }
}

const skipAll = (names: readonly string[], why: string): Check[] =>
  [...names, ...looks.map(({ name }) => name)].map((name) => skip(name, why))

async function checkSession(world: World, session: Session): Promise<Check[]> {
  const [pooler, follower] = kinds
  let serverVersion: number
  try {
    const question = { history: historyTable(world), fingerprint: undefined, app: appOf(world) }
    serverVersion = (await open(session, question)).serverVersion
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error
    // The settings of a pooled session would be its next user's, so nothing more is asked of one.
    return error.code === 'database-follower'
      ? [
          pass(pooler, 'sessions are the server’s own'),
          failedBy(follower, error),
          ...skipAll([], 'this is a follower'),
        ]
      : [failedBy(pooler, error), ...skipAll([follower], 'this is a pooler')]
  }
  await lookOnly(session)
  const checks = [pass(pooler, 'sessions are the server’s own'), pass(follower, 'it takes writes')]
  for (const { name, look } of looks) {
    try {
      checks.push(await look({ world, session, serverVersion }))
    } catch (error) {
      if (session.lost() !== undefined || world.signal.aborted) throw error
      checks.push(failedBy(name, error))
    }
  }
  return checks
}

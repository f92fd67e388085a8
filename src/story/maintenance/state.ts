import type { Holder } from '../../core/holder.js'
import type { MaintenanceRecord } from '../../core/maintenance.js'
import { isUnknown, troubleOf, type Known } from '../../core/status.js'
import { readHolders } from '../../postgres/lock.js'
import { readMaintenance } from '../../postgres/maintenance.js'
import { open } from '../../postgres/opening.js'
import type { Session } from '../../postgres/session.js'
import { lookAtDatabase } from '../session.js'
import { appOf, historyTable, type World } from '../world.js'
import { findApp } from './platform.js'

/** What the ledger remembers; null: nothing is closed by a release. */
export interface Remembering {
  readonly record: MaintenanceRecord | null
  /** Who is at work now. */
  readonly holders: readonly Holder[]
}

/** What Heroku says. */
export interface Mode {
  readonly app: string
  readonly on: boolean
}

/** Both sides of `release maintenance`; where one is out of reach, its error stands in its place. */
export interface MaintenanceState {
  readonly platform: Known<Mode>
  readonly database: Known<Remembering>
}

/** Asks both; changes nothing. Rejects with the platform's error where neither can be asked. */
export async function readState(world: World): Promise<MaintenanceState> {
  let refusal: unknown
  const [platform, database] = await Promise.all([
    findApp(world).then(
      ({ app }) => ({ app: app.name, on: app.maintenance }),
      (error: unknown) => {
        refusal = error
        return asUnknown(error)
      },
    ),
    readRemembering(world).catch(asUnknown),
  ])
  world.signal.throwIfAborted()
  if (isUnknown(platform) && isUnknown(database)) throw refusal
  return { platform, database }
}

const asUnknown = (error: unknown) => ({ error: troubleOf(error) })

/** What the ledger remembers. Rejects where there is no database to ask. */
export async function readRemembering(world: World): Promise<Remembering> {
  return await withLedger(world, async (session) => ({
    record: (await readMaintenance(session)) ?? null,
    holders: await readHolders(session, world.config.lockValue),
  }))
}

/** A session of the right kind, for a moment. */
export async function withLedger<Result>(
  world: World,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  return await lookAtDatabase(world, async (session) => {
    await open(session, { history: historyTable(world), fingerprint: undefined, app: appOf(world) })
    return await work(session)
  })
}

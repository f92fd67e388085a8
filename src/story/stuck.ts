import { open } from '../postgres/opening.js'
import { lookOnly, readMigratedAt } from '../postgres/status.js'
import { lookAtDatabase } from './session.js'
import { appOf, historyTable, type World } from './world.js'

/**
 * When the last migration finished, as the ledger has it: dynos that were started before are stuck. Undefined where
 * there was none. Rejects with a ReleaseError where the database cannot be asked.
 */
export async function readStuckSince(world: World): Promise<Date | undefined> {
  return await lookAtDatabase(world, async (session) => {
    await open(session, { history: historyTable(world), fingerprint: undefined, app: appOf(world) })
    await lookOnly(session)
    return (await readMigratedAt(session)).at ?? undefined
  })
}

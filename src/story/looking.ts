import type { Forecast, Preview } from '../core/forecast.js'
import { describeHolder } from '../core/holder.js'
import { wantsMaintenance } from '../core/maintenance.js'
import { nameCommand, refuseOwnLock } from '../core/other-migrator.js'
import { listNames } from '../migrations/discover.js'
import { previewMigration } from '../migrations/preview.js'
import { readHolders } from '../postgres/lock.js'
import { open } from '../postgres/opening.js'
import { loadPending, planRun, readFolder } from './planning.js'
import { findReviewApp, judgeEntry, judgeOwner, readOwnership } from './owning.js'
import { restartDecision } from './restarting.js'
import { lookAtDatabase } from './session.js'
import { appOf, historyTable, migrationFolder, type World } from './world.js'

const nothingElse = {
  refused: undefined,
  migrator: undefined,
  plan: undefined,
  previews: [],
  waitsFor: [],
  maintenance: false,
  restart: undefined,
}

/**
 * Looks ahead without touching anything: the session is read-only, no lock is taken, no table is made, and the
 * code of migrations runs without a database.
 */
export async function foresee(world: World): Promise<Forecast> {
  const { config } = world
  const reviewApp = await findReviewApp(world)
  const gate = judgeEntry(world, reviewApp)
  if (!gate.go) return { ...nothingElse, skipped: gate.reason }
  const { migrateCommand } = config
  if (migrateCommand !== undefined) refuseOwnLock(migrateCommand)
  const names = migrateCommand === undefined ? await listNames(migrationFolder(world)) : []
  return await lookAtDatabase(world, async (session) => {
    await open(session, { history: historyTable(world), fingerprint: undefined, app: appOf(world) })
    await session.query('SET default_transaction_read_only = on')
    const { ownership } = await readOwnership(world, session)
    const decision = judgeOwner(world, ownership, reviewApp, false)
    if (!decision.go && !decision.refused) return { ...nothingElse, skipped: decision.reason }
    const holders = await readHolders(session, config.lockValue)
    const refused = decision.go ? undefined : decision.reason
    const ahead = { skipped: undefined, refused, waitsFor: holders.map(describeHolder) }
    if (migrateCommand !== undefined) {
      const migrator = nameCommand(migrateCommand)
      const maintenance = closes(world, 1)
      return { ...nothingElse, ...ahead, migrator, maintenance, restart: restartDecision(world, 1) }
    }
    const folder = await readFolder(world, names)
    const plan = await planRun(world, session, folder)
    const migrations = await loadPending(world, folder, plan)
    const previews: Preview[] = []
    for (const migration of migrations) previews.push(await previewMigration(migration, config.decamelize))
    return {
      ...nothingElse,
      ...ahead,
      plan,
      previews,
      maintenance: closes(world, plan.pending.length),
      restart: restartDecision(world, plan.pending.length),
    }
  })
}

const closes = ({ config }: World, pendingCount: number): boolean =>
  wantsMaintenance({ policy: config.maintenance, pendingCount, findings: [] })

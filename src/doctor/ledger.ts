import { fail, pass, skip, warn, type Check } from '../core/check.js'
import { ReleaseError } from '../core/errors.js'
import { describeHolder } from '../core/holder.js'
import { silentLog } from '../core/log.js'
import type { MigrationFile } from '../core/migration.js'
import type { Ownership } from '../core/ownership.js'
import { listNames, toMigrationFiles } from '../migrations/discover.js'
import { readRights } from '../postgres/examine.js'
import { plainName } from '../postgres/identifiers.js'
import { readOwner } from '../postgres/ledger.js'
import { readHolders } from '../postgres/lock.js'
import { findReviewApp, judgeOwner, readOwnership } from '../story/owning.js'
import { planRun, readFolder, readOwnHistory } from '../story/planning.js'
import { appOf, historyTable, migrationFolder, schemasToCreate, type World } from '../story/world.js'
import type { Look, LookAt } from './look.js'

/** What a release writes, and what it finds written. */
export const looksAtLedger: readonly Look[] = [
  { name: 'rights', look: checkRights },
  { name: 'history', look: checkHistory },
  { name: 'files and history', look: checkPlan },
  { name: 'owner', look: checkOwner },
  { name: 'release lock', look: checkLock },
]

async function checkRights({ world, session }: LookAt): Promise<Check> {
  const name = 'rights'
  const table = historyTable(world)
  const rights = await readRights(session, table)
  if (rights === undefined) return skip(name, 'the server does not say')
  const user = session.target.user ?? 'The user'
  const { createOnDatabase, ledgerThere, useLedger, historySchemaThere, useHistory } = rights
  if (ledgerThere && !useLedger) return ofAnother(`${user} may not write the ledger, which another role made`)
  if (!ledgerThere && !createOnDatabase) {
    return fail(
      name,
      `${user} may not make the ledger’s schema release_phase`,
      `As the database's owner: GRANT CREATE ON DATABASE "${session.target.database}" TO "${user}"`,
    )
  }
  const canLedger = pass(name, `${user} may write ${ledgerThere ? 'the ledger' : 'a ledger'}`)
  if (world.config.migrateCommand !== undefined) return canLedger
  if (useHistory === false) return ofAnother(`${user} may not write ${plainName(table)}`)
  if (useHistory === null && !historySchemaThere && !schemasToCreate(world).includes(table.schema)) {
    return fail(
      name,
      `there is no schema ${table.schema} for the history`,
      'Create it, or set create-migrations-schema to true.',
    )
  }
  if (useHistory === null && historySchemaThere && !rights.createInHistorySchema) {
    return fail(
      name,
      `${user} may not make tables in the schema ${table.schema}`,
      `As its owner: GRANT CREATE ON SCHEMA "${table.schema}" TO "${user}"`,
    )
  }
  return { ...canLedger, message: `${canLedger.message} and the history` }
}

const ofAnother = (message: string): Check =>
  fail('rights', message, 'Use the credential that released before: heroku pg:credentials')

const elsewhere = 'another migrator keeps its own'

async function checkHistory({ world, session }: LookAt): Promise<Check> {
  if (world.config.migrateCommand !== undefined) return skip('history', elsewhere)
  const table = historyTable(world)
  const history = await readOwnHistory(world, session, await listFiles(world))
  if (history !== undefined) return pass('history', `${history.length} applied in ${plainName(table)}`)
  return pass('history', `no ${plainName(table)} yet; the first release makes it`)
}

/** None where the folder is amiss, which another line says. */
async function listFiles(world: World): Promise<readonly MigrationFile[]> {
  const folder = migrationFolder(world)
  try {
    return await toMigrationFiles(await listNames(folder), folder)
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error
    return []
  }
}

async function checkPlan({ world, session }: LookAt): Promise<Check> {
  const name = 'files and history'
  if (world.config.migrateCommand !== undefined) return skip(name, elsewhere)
  try {
    const folder = await readFolder(world, await listNames(migrationFolder(world)))
    const plan = await planRun(world, session, folder)
    const worst = plan.drift.find(({ policy }) => policy === 'error') ?? plan.drift[0]
    if (worst === undefined) {
      const ahead = plan.ahead.length === 0 ? '' : `, ${plan.ahead.length} ahead of this code`
      return pass(name, `they agree: ${plan.appliedCount} applied, ${plan.pending.length} pending${ahead}`)
    }
    const rest = plan.drift.length === 1 ? '' : ` (${plan.drift.length} in all: release status)`
    const message = `${worst.message.replace(/\.$/, '')}${rest}`
    return worst.policy === 'error' ? fail(name, message, worst.todo) : warn(name, message, worst.todo)
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error
    return skip(name, 'the files or the history could not be read')
  }
}

async function checkOwner({ world, session }: LookAt): Promise<Check> {
  const name = 'owner'
  const { ownership } = await readOwnership(world, session)
  const reviewApp = await findReviewApp({ ...world, log: silentLog })
  const decision = judgeOwner(world, ownership, reviewApp, false)
  const me = appOf(world).name
  if (decision.go) {
    const owner = (await readOwner(session))?.app ?? undefined
    return pass(name, decision.note ?? describeOwn(ownership, owner, me))
  }
  return decision.refused
    ? fail(
        name,
        `${decision.reason}, and this is ${me ?? 'not known'}`,
        `Does ${session.target.source} point at the right database? After a fork or a handover: release migrate --adopt`,
      )
    : warn(
        name,
        `release migrate leaves it alone: ${decision.reason}`,
        'Give the review app a database of its own in app.json, or take this one: release migrate --adopt',
      )
}

function describeOwn(ownership: Ownership, owner: string | undefined, me: string | undefined): string {
  const next =
    me === undefined
      ? 'the next release writes none, its app not being known'
      : `the next release writes ${me}`
  switch (ownership.kind) {
    case 'empty':
      return `nobody, the database is empty; ${next}`
    case 'unclaimed':
      return `no ledger says whose the database is; ${next}`
    default:
      return owner === undefined ? `the ledger names no app; ${next}` : `the database is ${owner}’s`
  }
}

async function checkLock({ world, session }: LookAt): Promise<Check> {
  const [holder] = await readHolders(session, world.config.lockValue)
  if (holder === undefined) return pass('release lock', 'free')
  return warn(
    'release lock',
    `held by ${describeHolder(holder)}`,
    'Wait for it; if it is stuck: release unlock',
  )
}

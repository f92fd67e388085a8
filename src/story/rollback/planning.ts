import { planRollback, type RollbackPlan } from '../../core/rollback/plan.js'
import { askPlatform } from '../asking.js'
import type { World } from '../world.js'
import { readRollbackFacts } from './facts.js'

/** What a rollback to this version would mean now. Changes nothing; rejects where Heroku cannot be asked. */
export async function planRollbackTo(world: World, version: number): Promise<RollbackPlan> {
  return planRollback(await readRollbackFacts(world, await askPlatform(world, 'rollback'), version))
}

import type { Check } from '../core/check.js'
import type { World } from '../story/world.js'
import { readAppPackage } from './app-package.js'
import { checkConfiguration } from './configuration.js'
import { checkDatabase } from './database.js'
import { checkDependency, checkNode } from './install.js'
import { checkMigrations } from './migrations.js'
import { checkPlatform } from './platform.js'
import { checkProcfile } from './procfile.js'
import { checkPostdeploy, checkReviewPolicy } from './review-apps.js'

/**
 * Looks at everything that a release needs, in the order in which a person sets an app up. Changes nothing,
 * on Heroku as in the database. `configPath` is what `--config` said.
 */
export async function diagnose(world: World, configPath: string | undefined): Promise<readonly Check[]> {
  const { folder } = world.config
  const app = readAppPackage(folder)
  const database = checkDatabase(world)
  const platform = checkPlatform(world)
  const outside = Promise.all([database, platform])
  // What they reject with shows where they are awaited.
  outside.catch(() => undefined)
  return [
    checkNode(process.versions.node),
    checkDependency(app),
    ...(await checkConfiguration(world, configPath)),
    ...(await checkMigrations(world, app)),
    ...checkProcfile(folder, app),
    checkPostdeploy(folder, app),
    checkReviewPolicy(world),
    ...(await outside).flat(),
  ]
}

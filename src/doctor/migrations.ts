import { isBuiltin } from 'node:module'
import { basename, extname } from 'node:path'
import { fail, failedBy, pass, skip, warn, type Check } from '../core/check.js'
import { ReleaseError } from '../core/errors.js'
import type { MigrationFile } from '../core/migration.js'
import { nameCommand, refuseOwnLock } from '../core/other-migrator.js'
import { listNames, toMigrationFiles } from '../migrations/discover.js'
import { readSources, type Sources } from '../migrations/load.js'
import { migrationFolder, type World } from '../story/world.js'
import type { AppPackage } from './app-package.js'
import { withoutPackage } from './install.js'

/** The migrations as the folder has them: every file a migration, readable, and each with a number of its own. */
export async function checkMigrations(world: World, app: AppPackage | string): Promise<Check[]> {
  const { migrateCommand } = world.config
  if (migrateCommand !== undefined) return checkCommand(migrateCommand, app)
  const where = world.config.migrationsDir.join(', ')
  try {
    const folder = migrationFolder(world)
    const files = await toMigrationFiles(await listNames(folder), folder)
    const sources = await readSources(files)
    return [checkFiles(files, where), checkPackages(files, sources, app)]
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error
    return [failedBy('migrations', error), skip('packages of migrations', 'the files could not be read')]
  }
}

/** Another migrator: its files are its own, and it must be in the slug. */
function checkCommand(command: string, app: AppPackage | string): Check[] {
  const name = 'packages of migrations'
  const own = ownLock(command) ?? pass('migrations', `another migrator runs them: ${nameCommand(command)}`)
  if (typeof app === 'string') return [own, withoutPackage(name)]
  const pruned = command.split(/[\s;&|()]+/).find((word) => isPruned(word, app))
  return [
    own,
    pruned === undefined
      ? pass(name, 'migrate.command names none that is in devDependencies alone')
      : fail(
          name,
          `migrate.command names ${pruned}, which is in devDependencies, and Heroku prunes those`,
          `Move ${pruned} to dependencies.`,
        ),
  ]
}

function ownLock(command: string): Check | undefined {
  try {
    refuseOwnLock(command)
    return undefined
  } catch (error) {
    return failedBy('migrations', error)
  }
}

function checkFiles(files: readonly MigrationFile[], where: string): Check {
  const twins = files.flatMap((file, index) => {
    const before = files[index - 1]
    return before?.timestamp === file.timestamp ? [`${before.name} and ${file.name}`] : []
  })
  const [first] = twins
  if (first !== undefined) {
    return warn(
      'migrations',
      `${first} have the same number${twins.length > 1 ? ` (${twins.length} pairs in all)` : ''}, so nothing says which runs first`,
      'Give the one that has not run a number of its own.',
    )
  }
  return pass(
    'migrations',
    files.length === 0 ? `none in ${where} yet` : `${files.length} in ${where}, in order`,
  )
}

/**
 * Whether the code of migrations loads once devDependencies are pruned. In TypeScript an import of types
 * alone leaves no trace when it runs, and only running it would tell, so there it is a warning.
 * https://devcenter.heroku.com/articles/nodejs-support#skip-pruning
 */
function checkPackages(files: readonly MigrationFile[], sources: Sources, app: AppPackage | string): Check {
  const name = 'packages of migrations'
  if (typeof app === 'string') return withoutPackage(name)
  const found = files.flatMap((file) => {
    const pruned = importsOf(file, sources.get(file.name) ?? '').find((each) => isPruned(each, app))
    return pruned === undefined ? [] : [{ file: basename(file.path), pruned, typed: isTyped(file) }]
  })
  const worst = found.find(({ typed }) => !typed) ?? found[0]
  if (worst === undefined) return pass(name, 'none is in devDependencies alone')
  const { file, pruned } = worst
  const message = `${file} imports ${pruned}, which is in devDependencies, and Heroku prunes those`
  return worst.typed
    ? warn(
        name,
        message,
        `Write "import type" if it is for types alone, else move ${pruned} to dependencies.`,
      )
    : fail(name, message, `Move ${pruned} to dependencies.`)
}

const isTyped = (file: MigrationFile) => extname(file.path).toLowerCase().endsWith('ts')

const imported =
  /(?:\bimport\s+(?!type\b)(?:[^'"`;]*?\bfrom\s*)?|\bexport\s[^'"`;]*?\bfrom\s*|\b(?:import|require)\s*\(\s*)['"]([^'"]+)['"]/g

function importsOf(file: MigrationFile, source: string): string[] {
  if (extname(file.path).toLowerCase() === '.sql') return []
  return [...source.matchAll(imported)].flatMap(([, from = '']) => {
    if (/^[./#~]/.test(from) || isBuiltin(from)) return []
    const [scope = '', name = ''] = from.split('/')
    return [scope.startsWith('@') ? `${scope}/${name}` : scope]
  })
}

// node-pg-migrate comes with this package; only pnpm hides from an app what it does not list itself.
function isPruned(name: string, app: AppPackage): boolean {
  if (name === 'node-pg-migrate' && app.manager !== 'pnpm') return false
  return app.dependencies[name] === undefined && app.devDependencies[name] !== undefined
}

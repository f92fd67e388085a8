import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../core/errors.js'

/** What this room asks of the app's package.json. */
export interface AppPackage {
  readonly scripts: Readonly<Record<string, string>>
  /** What stays in the slug. */
  readonly dependencies: Readonly<Record<string, string>>
  /** What Heroku prunes. */
  readonly devDependencies: Readonly<Record<string, string>>
  readonly manager: 'npm' | 'pnpm' | 'yarn'
}

/** Reads the app's package.json; a sentence where it cannot be read. */
export function readAppPackage(folder: string): AppPackage | string {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return missing
      ? `there is no package.json in ${folder}`
      : `package.json cannot be read: ${messageOf(error)}`
  }
  return {
    scripts: texts(content, 'scripts'),
    dependencies: { ...texts(content, 'optionalDependencies'), ...texts(content, 'dependencies') },
    devDependencies: texts(content, 'devDependencies'),
    manager: managerOf(folder),
  }
}

function texts(content: unknown, key: string): Record<string, string> {
  if (typeof content !== 'object' || content === null) return {}
  const section: unknown = Reflect.get(content, key)
  if (typeof section !== 'object' || section === null) return {}
  return Object.fromEntries(Object.entries(section).filter(([, value]) => typeof value === 'string'))
}

// Heroku goes by the lockfile as well.
// https://devcenter.heroku.com/articles/nodejs-classic-buildpack-builds
function managerOf(folder: string): AppPackage['manager'] {
  if (existsSync(join(folder, 'pnpm-lock.yaml'))) return 'pnpm'
  return existsSync(join(folder, 'yarn.lock')) ? 'yarn' : 'npm'
}

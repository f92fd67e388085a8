import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { configurationError, messageOf, ReleaseError } from '../core/errors.js'

/** A configuration file as it was read: keys in kebab-case at every level, values as they stand. */
export interface ConfigFile {
  /** How messages call it: `release-phase.config.json`, `package.json ("release-phase")`. */
  readonly name: string
  readonly values: Readonly<Record<string, unknown>>
}

const names = ['release-phase.config.json', 'release-phase.config.js', 'release-phase.config.ts']

/**
 * Reads `--config`, else the one `release-phase.config.{json,js,ts}` in the folder, else the key
 * `release-phase` of its package.json. Undefined where there is none.
 * Throws a configuration error (78) when it cannot be read, or when two of them lie side by side.
 */
export async function readConfigFile(
  folder: string,
  given: string | undefined,
): Promise<ConfigFile | undefined> {
  if (given !== undefined) return await readNamed(resolve(folder, given), given)
  const found = names.filter((name) => existsSync(join(folder, name)))
  const [first, second] = found
  if (first !== undefined && second !== undefined) {
    throw configurationError('config-file', `There are two configuration files, ${first} and ${second}.`, {
      todo: ['Keep one of them.'],
    })
  }
  return first === undefined ? readPackage(folder) : await readNamed(join(folder, first), first)
}

async function readNamed(path: string, name: string): Promise<ConfigFile> {
  if (!existsSync(path)) {
    throw configurationError('config-file', `There is no configuration file ${name}.`, {
      todo: ['Check the path that --config names.'],
    })
  }
  try {
    if (name.endsWith('.json')) return asFile(name, JSON.parse(readFileSync(path, 'utf8')))
    if (name.endsWith('.ts')) {
      const { createJiti } = await import('jiti')
      return asFile(name, await createJiti(path).import(path))
    }
    return asFile(name, await import(pathToFileURL(path).href))
  } catch (error) {
    if (error instanceof ReleaseError) throw error
    throw configurationError('config-file', `${name} cannot be read: ${messageOf(error)}`, {
      todo: [`Mend ${name}, or move it away.`],
      cause: error,
    })
  }
}

function readPackage(folder: string): ConfigFile | undefined {
  const path = join(folder, 'package.json')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  // Looking for the key first keeps the commonest run from parsing a large file for nothing.
  if (!text.includes('"release-phase"')) return undefined
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch {
    return undefined
  }
  const section = isObject(content) ? content['release-phase'] : undefined
  return section === undefined ? undefined : asFile('package.json ("release-phase")', section)
}

function asFile(name: string, content: unknown): ConfigFile {
  const value = isObject(content) && 'default' in content ? content['default'] : content
  if (!isObject(value)) {
    throw configurationError('config-file', `${name} does not hold an object of settings.`, {
      todo: ['Write it as { "lock-wait": "5m" }; docs/configuration.md lists every key.'],
    })
  }
  return { name, values: kebab(value) }
}

// Files in JavaScript are often written in camelCase, and node-pg-migrate's own in kebab-case: both are read.
function kebab(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      isObject(entry) ? kebab(entry) : entry,
    ]),
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { messageOf, usageError } from '../../core/errors.js'

/** The config vars of an app whose database has this URL. */
export type ConfigVars = (databaseUrl: string) => Readonly<Record<string, string>>

// What the platform gives to a dyno, what would lead from it to a real app, and whom a rehearsal must not tell anything.
const leftOut = new Set([
  'RELEASE_WEBHOOK_URL',
  'RELEASE_SLACK_URL',
  'PATH',
  'HOME',
  'PORT',
  'DYNO',
  'HEROKU_API_KEY',
  'HEROKU_API_URL',
  'HEROKU_APP_NAME',
])

/**
 * Reads a file of lines `NAME=value`. Every PostgreSQL URL in it, under whatever name, becomes that of the scratch
 * database, so that nothing leads to a real one. Throws a usage error (64) where there is no such file.
 */
export async function readConfigVars(path: string | undefined): Promise<ConfigVars> {
  const given = path === undefined ? {} : parseEnv(await read(path))
  const entries = Object.entries(given).flatMap(([name, value]): (readonly [string, string])[] =>
    value === undefined || leftOut.has(name) ? [] : [[name, value]],
  )
  return (databaseUrl) => ({
    ...Object.fromEntries(
      entries.map(([name, value]) => [name, /^\s*postgres(?:ql)?:/i.test(value) ? databaseUrl : value]),
    ),
    DATABASE_URL: databaseUrl,
  })
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw usageError(`--config-vars ${path} cannot be read: ${messageOf(error)}.`, { cause: error })
  }
}

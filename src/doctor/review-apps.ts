import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pass, warn, type Check } from '../core/check.js'
import { messageOf } from '../core/errors.js'
import type { World } from '../story/world.js'
import type { AppPackage } from './app-package.js'
import { commandText } from './command-text.js'

/**
 * What review apps run besides the release phase: `postdeploy` of app.json comes after the first release phase,
 * which has migrated already. https://devcenter.heroku.com/articles/app-json-schema#scripts
 */
export function checkPostdeploy(folder: string, app: AppPackage | string): Check {
  const name = 'app.json'
  let content: unknown
  try {
    content = JSON.parse(readFileSync(join(folder, 'app.json'), 'utf8'))
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return missing
      ? pass(name, 'none, so review apps run the release phase and nothing after it')
      : warn(name, `it cannot be read: ${messageOf(error)}`, 'Mend it, or review apps cannot be made.')
  }
  const scripts = [['scripts'], ['environments', 'review', 'scripts']].map((path) => [...path, 'postdeploy'])
  const again = scripts
    .map((path) => dig(content, path))
    .find((script) => script !== undefined && /migrat/i.test(commandText(script, folder, app)))
  return again === undefined
    ? pass(name, 'its postdeploy does not migrate')
    : warn(
        name,
        `its postdeploy "${again}" migrates a second time, after the release phase has`,
        'Leave to postdeploy what is done once for a new app, such as sample data.',
      )
}

const meanings = {
  auto: 'a review app migrates a database of its own, and leaves alone one that may be another app’s',
  skip: 'review apps never migrate',
} as const

/** What `release migrate` does in a review app. */
export function checkReviewPolicy({ config }: World): Check {
  const name = 'review apps'
  const { reviewApps } = config
  if (reviewApps !== 'migrate') return pass(name, `${reviewApps}: ${meanings[reviewApps]}`)
  return warn(
    name,
    `${config.sources.reviewApps} is migrate: a review app migrates whatever database it is given, a shared one too`,
    'Leave it at auto, unless every review app has a database of its own.',
  )
}

function dig(content: unknown, path: readonly string[]): string | undefined {
  let value = content
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, key) as unknown
  }
  return typeof value === 'string' ? value : undefined
}

import { fail, pass, skip, type Check } from '../core/check.js'
import type { AppPackage } from './app-package.js'

const oldest = [20, 19] as const

/** The Node.js that runs this; on Heroku it is chosen by `engines` in package.json. */
export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return pass('Node.js', version)
  return fail(
    'Node.js',
    `${version} is older than ${oldest.join('.')}, the oldest that this runs on`,
    'Set "engines": { "node": "22.x" } in package.json: https://devcenter.heroku.com/articles/nodejs-support#specifying-a-node-js-version',
  )
}

const add = {
  npm: 'npm install --save-prod release-phase',
  pnpm: 'pnpm add --save-prod release-phase',
  yarn: 'yarn add release-phase',
} as const

/**
 * Whether the command will be in the slug: Heroku prunes devDependencies after the build.
 * https://devcenter.heroku.com/articles/nodejs-support#skip-pruning
 */
export function checkDependency(app: AppPackage | string): Check {
  const name = 'package.json'
  if (typeof app === 'string') {
    return fail(name, app, 'Run the command in the root of the app, where its package.json is.')
  }
  const wanted = app.dependencies['release-phase']
  if (wanted !== undefined) return pass(name, `release-phase ${wanted} is in dependencies`)
  return app.devDependencies['release-phase'] === undefined
    ? fail(name, 'release-phase is not in dependencies, so no dyno has the command', add[app.manager])
    : fail(
        name,
        'release-phase is in devDependencies, which Heroku prunes, so the release phase will not find it',
        add[app.manager],
      )
}

/** What cannot be told without a package.json. */
export const withoutPackage = (name: string): Check => skip(name, 'package.json could not be read')

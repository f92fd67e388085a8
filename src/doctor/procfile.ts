import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fail, pass, skip, warn, type Check } from '../core/check.js'
import { parseProcfile } from '../core/procfile.js'
import type { AppPackage } from './app-package.js'
import { commandText, runsMigrate } from './command-text.js'

const line = 'release: release migrate'

/**
 * What the platform is told to run: the release phase and the web process.
 * https://devcenter.heroku.com/articles/release-phase#specifying-release-phase-tasks
 */
export function checkProcfile(folder: string, app: AppPackage | string): Check[] {
  const text = read(folder, 'Procfile')
  if (text === undefined) return withoutProcfile(folder)
  const types = parseProcfile(text)
  return [
    pass('Procfile', types.size === 0 ? 'there, and empty' : `it has ${[...types.keys()].join(', ')}`),
    checkRelease(types.get('release'), folder, app),
    checkWeb(types.has('web'), app),
  ]
}

function checkRelease(command: string | undefined, folder: string, app: AppPackage | string): Check {
  const name = 'release phase'
  if (command === undefined) {
    return fail(
      name,
      'the Procfile has no release line, so a deploy migrates nothing',
      `Add this line: ${line}`,
    )
  }
  const text = commandText(command, folder, app)
  if (runsMigrate(text)) {
    return /\|\|\s*(?:true\b|:|echo\b|exit 0\b)/.test(text)
      ? warn(
          name,
          `"${command}" goes on when release migrate fails, so new code is deployed on the old schema`,
          'Take the || away: a release phase that fails keeps the current release serving.',
        )
      : pass(name, command)
  }
  const what = text.includes('node-pg-migrate')
    ? `"${command}" runs node-pg-migrate itself, without retrying locks, naming blockers or a ledger`
    : `"${command}" does not run release migrate, as far as its text shows`
  return warn(name, what, `Let the line be, or end with: ${line}`)
}

// Without a web line the Node.js buildpack starts `npm start`.
// https://devcenter.heroku.com/articles/nodejs-support#default-web-process-type
function checkWeb(there: boolean, app: AppPackage | string): Check {
  if (there) return pass('web process', 'the Procfile has one')
  if (typeof app !== 'string' && app.scripts['start'] !== undefined) {
    return pass('web process', 'not in the Procfile; Heroku runs the start script of package.json')
  }
  return warn(
    'web process',
    'the Procfile has no web line, so nothing answers requests',
    'Add one, such as web: node server.js; an app of workers alone needs none.',
  )
}

// https://devcenter.heroku.com/articles/build-docker-images-heroku-yml#release-configuring-release-phase
function withoutProcfile(folder: string): Check[] {
  const rest = [skip('release phase', 'there is no Procfile'), skip('web process', 'there is no Procfile')]
  const manifest = read(folder, 'heroku.yml')
  if (manifest !== undefined) {
    return runsMigrate(manifest)
      ? [pass('Procfile', 'none; heroku.yml runs release migrate')]
      : [
          warn(
            'Procfile',
            'none, and heroku.yml does not run release migrate',
            'Add it under release: command:',
          ),
        ]
  }
  const misnamed = list(folder).find((name) => /^procfile(?:\.txt)?$/i.test(name))
  return misnamed === undefined
    ? [fail('Procfile', `there is none in ${folder}`, `Make one with this line: ${line}`), ...rest]
    : [fail('Procfile', `it is called ${misnamed}, and Heroku looks for Procfile`, 'Rename it.'), ...rest]
}

function read(folder: string, name: string): string | undefined {
  // Where the disk does not tell case apart, Heroku's does.
  if (!list(folder).includes(name)) return undefined
  try {
    return readFileSync(join(folder, name), 'utf8')
  } catch {
    return undefined
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

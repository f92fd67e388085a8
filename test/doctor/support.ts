import type { LocalHeroku } from '../../src/local-heroku/start.js'
import type { Environment } from '../support/run-release.js'
import { createScene, type Scene } from '../support/scene.js'

export const packageJson = (content: object) => JSON.stringify({ name: 'chart', ...content })

/** An app that is set up right, but for what only Heroku knows. */
export const app = {
  'package.json': packageJson({ dependencies: { 'release-phase': '^0.1.0' } }),
  Procfile: 'web: node server.js\nrelease: release migrate\n',
  'migrations/1_users.sql': 'CREATE TABLE users (id serial PRIMARY KEY);',
}

export const herokuFor = (heroku: LocalHeroku) => ({
  HEROKU_API_KEY: heroku.token,
  HEROKU_API_URL: heroku.url,
})

export interface Line {
  readonly name: string
  readonly verdict: string
  readonly message: string
  readonly mend?: string
}

export interface Examined {
  readonly exitCode: number
  readonly checks: readonly Line[]
  /** The check of this name; throws where there is none. */
  readonly find: (name: string) => Line
}

/** Runs `release doctor --json`. */
export async function examine(scene: Scene, env: Environment = {}, flags = ''): Promise<Examined> {
  const { exitCode, stdout } = await scene.release(`doctor --json${flags}`, env)
  const { checks } = JSON.parse(stdout) as { checks: Line[] }
  return {
    exitCode,
    checks,
    find: (name) => {
      const found = checks.find((check) => check.name === name)
      if (found === undefined) throw new Error(`There is no check ${name} in ${stdout}`)
      return found
    },
  }
}

/** The check of this name in an app of these files. */
export async function checkIn(files: Readonly<Record<string, string>>, name: string): Promise<Line> {
  return (await examine(await createScene(files))).find(name)
}

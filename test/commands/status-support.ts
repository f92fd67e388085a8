import type { LocalHeroku } from '../../src/local-heroku/start.js'
import { createScene, type Scene } from '../support/scene.js'

export const users = { 'migrations/1_users.sql': 'CREATE TABLE users (id serial PRIMARY KEY);' }

/** Settings of a database where nobody listens. */
export const unreachable = {
  DATABASE_URL: 'postgres://app:secret-word@127.0.0.1:1/app',
  RELEASE_CONNECT_WAIT: '1ms',
}

export const herokuFor = (heroku: LocalHeroku) => ({
  HEROKU_API_KEY: heroku.token,
  HEROKU_API_URL: heroku.url,
})

/** An app called chart whose migrations have run. */
export async function migrated(files: Readonly<Record<string, string>> = users): Promise<Scene> {
  const scene = await createScene(files)
  const { exitCode, stderr } = await scene.release('migrate --app chart')
  if (exitCode !== 0) throw new Error(stderr)
  return scene
}

export const lastLine = (text: string) => text.trimEnd().split('\n').at(-1)

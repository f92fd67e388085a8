import { pass, warn, type Check } from '../core/check.js'
import { readConfigFile } from '../config/file.js'
import type { World } from '../story/world.js'

/** Where the settings come from. Their values were read before this: a wrong one has ended the command with 78. */
export async function checkConfiguration({ config }: World, given: string | undefined): Promise<Check[]> {
  const file = await readConfigFile(config.folder, given)
  const from = [...new Set(Object.values(config.sources))].filter((source) => /^[A-Z_]+$|^--/.test(source))
  const others = from.length === 0 ? 'nothing else' : from.join(', ')
  return [
    pass('configuration', `${file?.name ?? 'no file'}, and set otherwise: ${others}`),
    ...checkSkipping(config),
  ]
}

function checkSkipping(config: World['config']): Check[] {
  if (!config.skipMigrations) return []
  return [
    warn(
      'migrations on',
      `${config.sources.skipMigrations} is set, so release migrate does nothing`,
      'Unset it: heroku config:unset RELEASE_SKIP_MIGRATIONS',
    ),
  ]
}

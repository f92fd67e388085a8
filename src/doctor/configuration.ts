import { fail, pass, warn, type Check } from '../core/check.js'
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
    ...checkWebhook(config),
    ...checkMaintenance(config),
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

function checkWebhook({ webhookUrl, webhookSecret }: World['config']): Check[] {
  if (webhookUrl === undefined || webhookSecret !== undefined) return []
  return [
    fail(
      'webhook',
      'RELEASE_WEBHOOK_URL is set without RELEASE_WEBHOOK_SECRET, so release migrate refuses to run',
      'Make one, for the receiver too: heroku config:set RELEASE_WEBHOOK_SECRET=whsec_$(openssl rand -base64 32)',
    ),
  ]
}

function checkMaintenance({ maintenance, sources, token, app }: World['config']): Check[] {
  if (maintenance !== 'always' || (token !== undefined && app !== undefined)) return []
  const lacking = token === undefined ? 'HEROKU_API_KEY' : 'HEROKU_APP_NAME'
  return [
    fail(
      'maintenance',
      `${sources.maintenance} is always, and without ${lacking} the app cannot be closed, so nothing pending runs`,
      `Set ${lacking}, or take ${sources.maintenance} away.`,
    ),
  ]
}

import type * as z from 'zod/mini'
import { databaseSettings } from './settings/database.js'
import { driftSettings } from './settings/drift.js'
import { gateSettings } from './settings/gate.js'
import { hookSettings } from './settings/hooks.js'
import { judgeSettings } from './settings/judge.js'
import { logSettings } from './settings/log.js'
import { maintenanceSettings } from './settings/maintenance.js'
import { migrationsSettings } from './settings/migrations.js'
import { notifySettings } from './settings/notify.js'
import { patienceSettings } from './settings/patience.js'
import { platformSettings } from './settings/platform.js'
import { proofSettings } from './settings/proof.js'
import { queriesSettings } from './settings/queries.js'
import { restartSettings } from './settings/restart.js'
import { tailSettings } from './settings/tail.js'

const { databaseUrl, ...connectionSettings } = databaseSettings

/**
 * Every setting there is, those that most apps meet first. The command line, the environment, the file and the
 * documentation are read off it.
 */
export const settings = {
  databaseUrl,
  ...gateSettings,
  ...restartSettings,
  ...tailSettings,
  ...maintenanceSettings,
  ...patienceSettings,
  ...logSettings,
  ...platformSettings,
  ...connectionSettings,
  ...migrationsSettings,
  ...driftSettings,
  ...judgeSettings,
  ...proofSettings,
  ...queriesSettings,
  ...notifySettings,
  ...hookSettings,
} as const

export type Settings = typeof settings
export type SettingName = keyof Settings

/** The values that settings have after they were read; undefined only where there is no default. */
export type SettingValues = {
  readonly [Name in SettingName]: Settings[Name]['default'] extends string
    ? z.output<Settings[Name]['schema']>
    : z.output<Settings[Name]['schema']> | undefined
}

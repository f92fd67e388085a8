import { maintenancePolicies } from '../../core/maintenance.js'
import { setting } from '../setting.js'
import { durationValue, oneOf } from '../values.js'

/** Migrating while the app is closed; docs/maintenance.md. */
export const maintenanceSettings = {
  maintenance: setting(oneOf(maintenancePolicies), {
    default: 'auto',
    env: ['RELEASE_MAINTENANCE'],
    flag: 'maintenance',
    file: 'maintenance',
    shape: 'never, auto or always',
    about:
      'Whether `release migrate` closes the app while it migrates: maintenance mode, and by hand all processes stopped. `always`: whenever something is pending. `auto`: for what breaks the code that is running and has a waiver that says “in maintenance”.',
  }),
  maintenanceDrainMs: setting(durationValue, {
    default: '10s',
    env: ['RELEASE_MAINTENANCE_DRAIN'],
    flag: 'maintenance-drain',
    file: 'maintenance-drain',
    shape: 'duration',
    about: 'How long requests that are under way have, once maintenance mode is on.',
  }),
  maintenanceWaitMs: setting(durationValue, {
    default: '15m',
    env: ['RELEASE_MAINTENANCE_WAIT'],
    flag: 'maintenance-wait',
    file: 'maintenance-wait',
    shape: 'duration',
    about: 'How long to wait for the dynos to be up, before maintenance mode goes off.',
  }),
} as const

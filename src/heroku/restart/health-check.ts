import { hasPreboot, readApp } from '../apps.js'
import { asksFor, nameOfUrl, waitForHealth, type Health } from './health.js'
import type { Platform } from '../platform.js'
import { noWebAddressError } from './errors.js'
import type { RestartOptions } from './report.js'

/** Asks for the app's health after a batch of web dynos; returns what is wrong with the last answer, if it is. */
export type HealthCheck = (batch: {
  readonly quantity: number
  readonly fresh: number
  readonly deadlineMs: number
}) => Promise<{ readonly url: string; readonly fault: string | undefined }>

const pauseMs = 1000

/**
 * Finds the address to ask; undefined where nothing is to be asked. In maintenance mode the router answers by
 * itself, so nobody is asked then. Rejects where the app has no address of its own and none was given.
 */
export async function prepareHealth(
  platform: Platform,
  options: RestartOptions,
): Promise<HealthCheck | undefined> {
  const { app: name, health, signal, onEvent } = options
  if (health === undefined) return undefined
  const [app, preboot] = await Promise.all([
    readApp(platform, name, { signal }),
    hasPreboot(platform, name, { signal }),
  ])
  if (app.maintenance) {
    onEvent({ kind: 'health-unasked', reason: 'maintenance' })
    return undefined
  }
  if (preboot) onEvent({ kind: 'health-preboot' })
  const { path, status, body } = health
  if (path.startsWith('/') && app.webUrl === undefined) throw noWebAddressError(app.name, path)
  const asked: Health = { url: new URL(path, app.webUrl).href, status, body }
  const url = nameOfUrl(asked.url)
  return async ({ quantity, fresh, deadlineMs }) => {
    const asks = asksFor(quantity, fresh)
    const fault = await waitForHealth(asked, { asks, deadlineMs, pauseMs, signal })
    if (fault === undefined) onEvent({ kind: 'healthy', url, asks })
    return { url, fault }
  }
}

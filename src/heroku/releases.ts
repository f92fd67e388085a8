import { apiPath } from './api-path.js'
import type { Fields } from './fields.js'
import type { CallOptions, Platform } from './platform.js'

export interface Release {
  readonly id: string
  readonly version: number
  /** `pending`, `succeeded`, `failed` or `expired`. */
  readonly status: string
  readonly current: boolean
  readonly description: string
  readonly createdAt: string
  /** Undefined for a release without code, such as an app's first. */
  readonly slugId: string | undefined
  /** The e-mail address of whoever made it. */
  readonly user: string | undefined
  readonly eligibleForRollback: boolean | undefined
  /** Where the output of its release command can be read, by whoever has the address; undefined without one. */
  readonly outputUrl: string | undefined
}

/**
 * The newest releases, newest first; one request where Heroku puts as many on a page.
 * https://devcenter.heroku.com/articles/platform-api-reference#release-list
 */
export async function latestReleases(
  platform: Platform,
  app: string,
  most = 10,
  options?: CallOptions,
): Promise<readonly Release[]> {
  const range = `version ..; order=desc,max=${most}`
  const paging = { ...options, range, enough: most }
  const releases = await platform.list(apiPath`/apps/${app}/releases`, releaseFrom, paging)
  return releases.toSorted((a, b) => b.version - a.version).slice(0, most)
}

/**
 * The release whose code the app runs; undefined when it never had one. Usually one request: only when the
 * ten newest all failed or are pending are the thousand newest read.
 */
export async function currentRelease(
  platform: Platform,
  app: string,
  options?: CallOptions,
): Promise<Release | undefined> {
  const newest = await latestReleases(platform, app, 10, options)
  const found = newest.find((release) => release.current)
  if (found !== undefined || newest.length < 10) return found
  return (await latestReleases(platform, app, 1000, options)).find((release) => release.current)
}

/** One release by its version (`42`, `v42`) or its id. */
export async function readRelease(
  platform: Platform,
  app: string,
  release: string,
  options?: CallOptions,
): Promise<Release> {
  const named = release.replace(/^v(?=\d+$)/, '')
  return await platform.get(apiPath`/apps/${app}/releases/${named}`, releaseFrom, options)
}

/**
 * Rolls back to a release by its id: Heroku makes a new release that runs the old slug. Sent at most once;
 * after silence, look at the releases before it is sent again.
 * https://devcenter.heroku.com/articles/platform-api-reference#release-rollback
 */
export async function rollBackTo(
  platform: Platform,
  app: string,
  releaseId: string,
  options?: CallOptions,
): Promise<Release> {
  return await platform.post(apiPath`/apps/${app}/releases`, { release: releaseId }, releaseFrom, options)
}

function releaseFrom(fields: Fields): Release {
  return {
    id: fields.text('id'),
    version: fields.integer('version'),
    status: fields.text('status'),
    current: fields.flag('current'),
    description: fields.optionalText('description') ?? 'no description',
    createdAt: fields.text('created_at'),
    slugId: fields.optionalFields('slug')?.text('id'),
    user: fields.optionalFields('user')?.optionalText('email'),
    eligibleForRollback: fields.optionalFlag('eligible_for_rollback'),
    outputUrl: fields.optionalText('output_stream_url'),
  }
}

import { delimiter, dirname, join } from 'node:path'
import type { Slug } from './slug.js'

/** What of an app, a release and a dyno shows in the dyno's environment. */
export interface EnvironmentOptions {
  readonly app: {
    readonly id: string
    readonly name: string
    /** The labs flag `runtime-dyno-metadata`. */
    readonly dynoMetadata: boolean
    readonly reviewApp: ReviewApp | undefined
  }
  readonly release: {
    readonly version: number
    readonly createdAt: Date
    readonly configVars: Readonly<Record<string, string>>
  }
  readonly slug: Slug
  readonly dyno: { readonly id: string; readonly name: string; readonly port: number | undefined }
  /** For this dyno alone, over the config vars. */
  readonly extra?: Readonly<Record<string, string>>
}

/** An app made for a pull request. */
export interface ReviewApp {
  readonly pr: number
  readonly branch: string
  /** Name of the app that it was made from; when given, HEROKU_PARENT_APP_NAME is set, as on older ones. */
  readonly parent?: string
}

/**
 * The whole environment of a dyno. Nothing of this process's own environment is in it: a dyno that worked
 * only thanks to the developer's shell would be a test that proves nothing.
 * https://devcenter.heroku.com/articles/dynos#local-environment-variables,
 * https://devcenter.heroku.com/articles/dyno-metadata,
 * https://devcenter.heroku.com/articles/github-integration-review-apps#injected-environment-variables
 */
export function dynoEnvironment(options: EnvironmentOptions): Readonly<Record<string, string>> {
  const { app, release, slug, dyno } = options
  return {
    PATH: [join(slug.folder, 'node_modules', '.bin'), dirname(process.execPath), ...systemPath].join(
      delimiter,
    ),
    HOME: slug.folder,
    LANG: 'en_US.UTF-8',
    ...reviewAppVariables(app),
    ...release.configVars,
    ...options.extra,
    DYNO: dyno.name,
    ...(dyno.port === undefined ? {} : { PORT: String(dyno.port) }),
    ...(app.dynoMetadata ? metadata(options) : {}),
  }
}

const systemPath = ['/usr/local/bin', '/usr/bin', '/bin']

function reviewAppVariables(app: EnvironmentOptions['app']): Record<string, string> {
  if (app.reviewApp === undefined) return {}
  const { pr, branch, parent } = app.reviewApp
  return {
    HEROKU_APP_NAME: app.name,
    HEROKU_BRANCH: branch,
    HEROKU_PR_NUMBER: String(pr),
    ...(parent === undefined ? {} : { HEROKU_PARENT_APP_NAME: parent }),
  }
}

function metadata({ app, release, slug, dyno }: EnvironmentOptions): Record<string, string> {
  return {
    HEROKU_APP_ID: app.id,
    HEROKU_APP_NAME: app.name,
    HEROKU_DYNO_ID: dyno.id,
    HEROKU_RELEASE_VERSION: `v${release.version}`,
    HEROKU_RELEASE_CREATED_AT: timestamp(release.createdAt),
    HEROKU_SLUG_COMMIT: slug.commit,
  }
}

/** The Platform API's form of a time: whole seconds, `2026-01-01T12:00:00Z`. */
export const timestamp = (at: Date) => `${at.toISOString().slice(0, 19)}Z`

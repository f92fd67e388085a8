import { apiPath } from '../api-path.js'
import type { CallOptions, Platform } from '../platform.js'

/** As many lines as Heroku keeps. https://devcenter.heroku.com/articles/logging#log-history-limits */
export const mostLines = 1500

export interface LogSessionWish {
  /** Fir keeps no lines: its sessions hold only what is to come, and never end by themselves. */
  readonly isFir: boolean
  /** Whether the stream goes on with the lines to come. */
  readonly tail: boolean
}

/**
 * Makes a log session and returns the address of its stream, which begins with the newest lines that Heroku
 * keeps. The address is a secret: whoever has it reads the log. It is good for about five minutes, and for an
 * hour once it is read. https://devcenter.heroku.com/articles/platform-api-reference#log-session-create
 */
export async function openLogSession(
  platform: Platform,
  app: string,
  { isFir, tail }: LogSessionWish,
  options?: CallOptions,
): Promise<string> {
  const body = isFir ? {} : { lines: mostLines, tail }
  const path = apiPath`/apps/${app}/log-sessions`
  return await platform.post(path, body, (fields) => fields.text('logplex_url'), options)
}

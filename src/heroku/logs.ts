import { apiPath } from './api-path.js'
import type { Platform } from './platform.js'

const mostLines = 20
const mostCharacters = 64_000

/**
 * The last log lines of one dyno, at most 20, without the token. Best effort: whatever arrived by
 * `deadlineMs`, perhaps nothing; never rejects. The address of a log session is itself a secret, so it is
 * named nowhere. https://devcenter.heroku.com/articles/platform-api-reference#log-session-create
 */
export async function lastLogLines(
  platform: Platform,
  app: string,
  dyno: string,
  options: { readonly deadlineMs: number; readonly signal?: AbortSignal | undefined },
): Promise<readonly string[]> {
  const deadline = AbortSignal.timeout(options.deadlineMs)
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal])
  let text = ''
  try {
    const wanted = { dyno, lines: mostLines, tail: false }
    const path = apiPath`/apps/${app}/log-sessions`
    const url = await platform.post(path, wanted, (fields) => fields.text('logplex_url'), { signal })
    const response = await fetch(url, { signal })
    if (!response.ok || response.body === null) return []
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text = `${text}${chunk}`.slice(-mostCharacters)
    }
  } catch {
    // What was read until now is better than nothing, and the crash is the news, not this.
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  return lines.slice(-mostLines).map((line) => platform.redact(line).slice(0, 1000))
}

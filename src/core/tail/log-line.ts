/** One line of an app's log. */
export interface LogLine {
  readonly at: Date
  /** `app`: the app, its add-ons and Heroku's API; `heroku`: the platform. */
  readonly source: string
  /** `web.1`, `release.1234`, `router`, `postgres`, `logplex`. */
  readonly dyno: string
  readonly text: string
}

// 2012-02-07T09:43:06.123456+00:00 heroku[router]: at=info method=GET ...
const shown = /^(\d{4}-\d\d-\d\dT\S+) ([\w-]+)\[([^\]]*)\]: ?(.*)$/s
// 83 <158>1 2012-02-07T09:43:06.123456+00:00 host heroku router - at=info method=GET ...
const framed = /^(?:\d+ )?<\d{1,3}>\d* ?(\d{4}-\d\d-\d\dT\S+) \S+ (\S+) (\S+) (?:- ){1,2}(.*)$/s

/**
 * Reads a log line as a log session writes it, or in the syslog frame of a log drain; undefined for anything
 * else. https://devcenter.heroku.com/articles/logging#log-format
 */
export function parseLogLine(line: string): LogLine | undefined {
  const [, time = '', source = '', dyno = '', text = ''] = shown.exec(line) ?? framed.exec(line) ?? []
  const at = new Date(time)
  return Number.isNaN(at.getTime()) ? undefined : { at, source, dyno, text }
}

/**
 * Reads the `key=value` pairs of the router's lines, values in quotes too:
 * `at=error code=H12 desc="Request timeout" path="/"`.
 * https://devcenter.heroku.com/articles/http-routing#heroku-router-log-format
 */
export function parseFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const [, key, quoted, plain] of text.matchAll(/([\w#-]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)) {
    if (key !== undefined && !fields.has(key)) fields.set(key, quoted ?? plain ?? '')
  }
  return fields
}

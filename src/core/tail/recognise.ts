import { parseFields, type LogLine } from './log-line.js'
import { sqlStateIn } from './sqlstate.js'

/** What a line of the log is a sign of. */
export interface Sign {
  /** `H12`, `R14`, `crash`, `42703`, or the text of a pattern. */
  readonly kind: string
  /** In words: `Request timeout`. */
  readonly what: string
  /** `noted`: counted, and nobody's quiet is disturbed by it. */
  readonly weight: 'trouble' | 'noted'
}

export interface Rules {
  /** Looked for in every line. */
  readonly patterns: readonly RegExp[]
  /** Lines that match one are passed over, whatever else they are. */
  readonly ignore: readonly RegExp[]
}

/**
 * What clients, or somebody's `heroku run`, or a log drain did, and what is no error at all.
 * https://devcenter.heroku.com/articles/error-codes
 */
const noted: ReadonlySet<string> = new Set(['H27', 'H28', 'H80', 'H81', 'H82', 'R13', 'R16', 'L10', 'L14'])

/** The sign that a line is, at most one; undefined for an ordinary line. */
export function recognise(line: LogLine, rules: Rules): Sign | undefined {
  const { text } = line
  if (rules.ignore.some((pattern) => pattern.test(text))) return undefined
  const wanted = rules.patterns.find((pattern) => pattern.test(text))
  if (wanted !== undefined) return { kind: wanted.source, what: 'pattern', weight: 'trouble' }
  return errorCode(line) ?? crash(line) ?? sqlError(line)
}

function errorCode({ source, dyno, text }: LogLine): Sign | undefined {
  if (source === 'heroku' && dyno === 'router') {
    const fields = parseFields(text)
    const code = fields.get('code')
    return code === undefined ? undefined : signOf(code, fields.get('desc'))
  }
  // Heroku writes R13, L12 and L13 as the app.
  const [, code, what] = /^(?:Error )?([RL]\d\d)\b(?: \(([^)]*)\))?/.exec(text) ?? []
  const isPlatform = source === 'heroku' || dyno === 'log-shuttle' || code === 'R13'
  return code === undefined || !isPlatform ? undefined : signOf(code, what)
}

const signOf = (kind: string, what: string | undefined): Sign => ({
  kind,
  what: what ?? 'error code',
  weight: noted.has(kind) ? 'noted' : 'trouble',
})

function crash({ source, text }: LogLine): Sign | undefined {
  return source === 'heroku' && /^State changed from \S+ to crashed\b/.test(text)
    ? { kind: 'crash', what: 'a dyno crashed', weight: 'trouble' }
    : undefined
}

/** Of the app and of Heroku Postgres, which logs there too; what failed in a release phase failed that release. */
function sqlError({ source, dyno, text }: LogLine): Sign | undefined {
  if (source !== 'app' || /^release[.-]/.test(dyno)) return undefined
  const state = sqlStateIn(text)
  return state && { kind: state.code, what: state.what, weight: 'trouble' }
}

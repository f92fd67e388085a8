import type { Log } from '../core/log.js'
import { toJson } from './json.js'

export type LogFormat = 'pretty' | 'json'

/**
 * A log on stderr. `pretty` writes aligned lines without colours or times (Heroku adds times); `json` writes one
 * pino object a line. Both write synchronously, so that nothing is lost when the process is told to stop.
 */
export async function createLog(format: LogFormat, redact: (text: string) => string): Promise<Log> {
  return format === 'json' ? await jsonLog(redact) : prettyLog(redact)
}

function prettyLog(redact: (text: string) => string): Log {
  const write = (step: string, line: string) => process.stderr.write(`${step.padEnd(8)} ${redact(line)}\n`)
  return {
    info: (step, line) => write(step, line),
    warn: (step, line) => write(step, `warning: ${line}`),
  }
}

// pino is loaded only by those who ask for JSON: the commonest run has one line to say.
async function jsonLog(redact: (text: string) => string): Promise<Log> {
  const { default: pino } = await import('pino')
  const logger = pino(
    {
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ dest: 2, sync: true }),
  )
  const clean = (facts: Readonly<Record<string, unknown>> | undefined): object =>
    facts === undefined ? {} : (JSON.parse(redact(toJson(facts))) as object)
  return {
    info: (step, line, facts) => logger.info({ step, ...clean(facts) }, redact(line)),
    warn: (step, line, facts) => logger.warn({ step, ...clean(facts) }, redact(line)),
  }
}

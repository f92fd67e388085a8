import { configurationError, messageOf } from '../../core/errors.js'
import type { WaiverFor } from './waiver.js'

/**
 * Reads the text of `release-phase.waivers.json`, for teams that forbid comments:
 * `{"waivers": [{"file": "migrations/17_x.sql", "rule": "drop-column", "table": "users", "reason": "why", "until": "2027-03-01"}]}`;
 * `table` and `until` may be left out. Throws a configuration error (78) naming the entry that cannot be read;
 * one without a reason, or of no rule, is a finding and no error.
 */
export function readWaiverFile(text: string, name: string): WaiverFor[] {
  const entries = entriesOf(text, name)
  const lines = linesOfEntries(text)
  return entries.map((entry, index) => {
    const wrong = wrongIn(entry)
    const line = lines[index] ?? 1
    if (wrong !== undefined) throw unreadable(`${name}:${line} ${wrong}.`)
    const { file = '', rule = '', table, reason, until } = entry as Partial<Record<string, string>>
    return {
      waiver: { file: name, line, text: JSON.stringify(entry), rule, reason, until },
      for: { scope: 'path', path: file, table },
    }
  })
}

const keys = ['file', 'rule', 'table', 'reason', 'until']

function entriesOf(text: string, name: string): readonly unknown[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw unreadable(`${name} is not JSON: ${messageOf(error)}.`)
  }
  const entries =
    typeof value === 'object' && value !== null && 'waivers' in value ? value.waivers : undefined
  if (!Array.isArray(entries)) throw unreadable(`${name} must be an object with a list "waivers".`)
  return entries as readonly unknown[]
}

function wrongIn(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null) return 'must be an object with file, rule and reason'
  const strange = Object.keys(entry).find((key) => !keys.includes(key))
  if (strange !== undefined) return `has a key "${strange}"; there are ${keys.join(', ')}`
  const noText = Object.entries(entry).find(([, value]) => typeof value !== 'string')
  if (noText !== undefined) return `has a "${noText[0]}" that is no text`
  const missing = ['file', 'rule'].find((key) => !(key in entry))
  return missing === undefined ? undefined : `has no "${missing}"`
}

const unreadable = (message: string) =>
  configurationError('waivers-file', message, {
    todo: [
      'Write each waiver as {"file": "migrations/17_x.sql", "rule": "drop-column", "reason": "why it is safe now"}.',
    ],
  })

/** The line on which each entry of the list begins: objects inside the outer one. */
function linesOfEntries(text: string): number[] {
  const lines: number[] = []
  let depth = 0
  let line = 1
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}\n]/g)) {
    if (token === '\n') line += 1
    else if (token === '}') depth -= 1
    else if (token === '{') {
      depth += 1
      if (depth === 2) lines.push(line)
    }
  }
  return lines
}

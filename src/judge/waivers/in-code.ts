import { codeComments } from './code-comments.js'
import { readComment, type WaiverFor, type WrittenWaiver } from './waiver.js'

/** The waivers in the comments of a JS or TS migration: each is for what its line, or the next one, makes. */
export function waiversInCode(source: string, file: string): WaiverFor[] {
  if (!/release:\s*allow/i.test(source)) return []
  return codeComments(source).flatMap(({ text, line }) =>
    readComment(text, file, line).map((waiver) => ({
      waiver,
      for: { scope: 'next statement' as const, fromLine: waiver.line },
    })),
  )
}

/**
 * The waivers that a migration exports for its whole file:
 * `export const allow = { 'drop-column': 'why', 'rename-column': { reason: 'why', until: '2027-03-01' } }`.
 */
export function waiversExported(allow: unknown, source: string, file: string): WaiverFor[] {
  if (allow === undefined) return []
  const found = /(?:^|\W)allow\b[^=\n]*=/m.exec(source)
  const line = found === null ? 1 : source.slice(0, found.index + 1).split('\n').length
  const at = { file, line }
  if (typeof allow !== 'object' || allow === null || Array.isArray(allow)) {
    return [
      forFile({ ...at, ...empty, text: 'allow', fault: 'allow must be an object of rules and reasons' }),
    ]
  }
  return Object.entries(allow).map(([rule, value]: [string, unknown]) => {
    const { reason, until } =
      typeof value === 'object' && value !== null ? fieldsOf(value) : fieldsOf({ reason: value })
    return forFile({ ...at, text: `allow['${rule}']`, rule, reason, until })
  })
}

const empty = { rule: '', reason: undefined, until: undefined }

const forFile = (waiver: WrittenWaiver): WaiverFor => ({ waiver, for: { scope: 'file' } })

function fieldsOf(value: object): {
  readonly reason: string | undefined
  readonly until: string | undefined
} {
  const fields = value as Readonly<Record<string, unknown>>
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : undefined)
  const until = fields['until']
  // A Date is read as its day, so that `new Date('2027-03-01')` means what it says.
  return {
    reason: text('reason'),
    until: until instanceof Date ? until.toISOString().slice(0, 10) : text('until'),
  }
}

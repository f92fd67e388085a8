/** A waiver as somebody wrote it, right or wrong. */
export interface WrittenWaiver {
  /** Where it is written; lines count from 1. */
  readonly file: string
  readonly line: number
  readonly text: string
  readonly rule: string
  /** Undefined: none is given. */
  readonly reason: string | undefined
  /** The last day on which it counts, as written: `2027-03-01`. */
  readonly until: string | undefined
  /** What cannot be understood in it, the end of a sentence. */
  readonly fault?: string
}

/** A waiver that stands elsewhere than beside its statement, with what it is for. */
export interface WaiverFor {
  readonly waiver: WrittenWaiver
  readonly for:
    | { readonly scope: 'file' }
    /** A comment in code: for the first statement that a line from this one on makes. */
    | { readonly scope: 'next statement'; readonly fromLine: number }
    /** In the central file: for one file, and there for one table if it names one. */
    | { readonly scope: 'path'; readonly path: string; readonly table: string | undefined }
}

const shape = /^release:\s*allow\b\s*([^\s"']*)\s*(?:"([^"]*)"|'([^']*)')?\s*(?:until\b\s*(\S*))?\s*(.*)$/i

/**
 * Reads what a comment says, without the marks of the comment: `release:allow drop-column "why" until 2027-03-01`.
 * Undefined: it is about something else.
 */
export function readWaiver(comment: string, file: string, line: number): WrittenWaiver | undefined {
  const text = comment.trim()
  const match = shape.exec(text)
  if (match === null) return undefined
  const [, rule = '', double, single, until, rest = ''] = match
  return {
    file,
    line,
    text,
    rule,
    reason: double ?? single,
    until,
    ...(rest === '' ? {} : { fault: `"${rest}" is not understood` }),
  }
}

/** The waivers of a whole comment; a block comment may hold one in each line. */
export function readComment(comment: string, file: string, firstLine: number): WrittenWaiver[] {
  return comment.split('\n').flatMap((line, index) => {
    const bare = line.replace(/^\s*(?:--+|\/\*+|\/\/+|\*+(?!\/))?/, '').replace(/\*+\/\s*$/, '')
    return readWaiver(bare, file, firstLine + index) ?? []
  })
}

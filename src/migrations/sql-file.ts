/** The part of a `.sql` file that runs when migrating up. */
export interface UpSection {
  readonly sql: string
  /** Where `sql` begins in the file, in UTF-16 units. */
  readonly offset: number
  /** The file asks to run outside a transaction: `-- no-transaction` among its first comment lines. */
  readonly noTransaction: boolean
}

// As node-pg-migrate has it, but bounded: a file of nothing but blank lines would be looked through for each of them.
const marker = (direction: string) =>
  new RegExp(String.raw`^[^\S\n]*--[\s-]{0,200}${direction}\s+migration`, 'im')
const upMarker = marker('up')
const downMarker = marker('down')

/**
 * Reads node-pg-migrate's markers: from `-- Up Migration` to `-- Down Migration`, in either order;
 * a file without markers is all up.
 */
export function readUpSection(content: string): UpSection {
  const up = content.search(upMarker)
  const down = content.search(downMarker)
  const start = Math.max(up, 0)
  const end = up >= 0 && down < up ? content.length : down >= 0 ? down : content.length
  const sql = up < 0 ? content : content.slice(start, end)
  return {
    sql,
    offset: up < 0 ? 0 : start,
    noTransaction: hasHeader(content) || hasHeader(sql),
  }
}

function hasHeader(text: string): boolean {
  for (const line of text.split('\n')) {
    const trimmed = line.trim().replace(/^\uFEFF/, '')
    if (/^--\s*no[- ]transaction\b/i.test(trimmed)) return true
    if (trimmed !== '' && !trimmed.startsWith('--')) return false
  }
  return false
}

import type { Tried } from '../observation.js'
import type { Column, Table } from '../schema.js'
import type { Symptom } from '../symptom.js'
import type { Write, Written } from '../uses.js'

/** A write of the running code, and the table that it writes, before and now. */
export interface Met {
  readonly query: Tried
  readonly write: Write
  readonly before: Table
  readonly now: Table
}

/** Something that a query may meet. With `decide`, the server knows: false is certain harm, anything else is none. */
export interface Suspicion {
  readonly symptom: Symptom
  readonly decide?: string
}

/** What a row holds in a column when the query has written it; for UPDATE undefined where it leaves the column. */
export function writtenTo({ write, now }: Met, column: string): Written | undefined {
  const { does, columns, first } = write
  if (does === 'delete') return undefined
  const at = now.columns.findIndex(({ name }) => name === column)
  const named = first === undefined ? columns?.get(column) : first[at]
  if (named !== undefined) return named
  if (columns === undefined) return 'unknown'
  return does === 'insert' ? 'default' : undefined
}

/** SQL of the value, where that is known; undefined: only the running code knows it. */
export function valueOf(written: Written | undefined, column: Column): string | undefined {
  if (written === undefined || written === 'unknown' || column.filled) return undefined
  return written === 'default' ? (column.fills ?? 'NULL') : written.sql
}

/** Whether a write can put something into one of the columns that is not NULL; unknown columns count as any. */
export function fillsSome(met: Met, columns: readonly string[] | undefined): boolean {
  if (columns === undefined) return met.write.does !== 'delete'
  return columns.some((name) => {
    const column = met.now.columns.find((one) => one.name === name)
    const written = writtenTo(met, name)
    if (column === undefined || written === undefined) return false
    return column.filled || valueOf(written, column) !== 'NULL'
  })
}

export const words: Readonly<Record<Write['does'], string>> = {
  insert: 'INSERT',
  update: 'UPDATE',
  delete: 'DELETE',
}

export const onlyData = 'Whether a write of the running code meets it, only its data can tell.'

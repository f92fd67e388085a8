import type { Note } from '../core/finding.js'
import type { Change, Name } from './change.js'
import { quoted, shown } from './finding.js'
import type { Place } from './rule.js'
import { isKnownObject, replacement } from './rules/replaced.js'
import { columnName } from './rules/words.js'
import type { ColumnState } from './state/table.js'

/** Collects what only the queries of the running code can decide. */
export interface Notes {
  /** Looks at a change before it is applied; `broken`: a finding already says that it breaks the running code. */
  look(
    change: Change,
    place: Place,
    at: { readonly file: string; readonly line: number },
    broken: boolean,
  ): void
  /** A line each, in the order of the plan; all columns that a table gets are one. */
  all(): Note[]
}

/** Nothing of this is a danger by itself, so nothing of it is a finding, and a contract migration has none. */
export function createNotes(): Notes {
  const notes: (Omit<Note, 'message'> & { readonly message: () => string })[] = []
  const grown = new Map<string, string[]>()
  const said = new Set<string>()
  return {
    look: (change, place, at, broken) => {
      if (place.contract) return
      if (change.kind === 'add column') {
        if (!isNewForCode(change, place)) return
        const { table, column } = change
        const columns = grown.get(shown(table)) ?? []
        columns.push(column.name)
        if (columns.length > 1) return
        grown.set(shown(table), columns)
        notes.push({ ...at, rule: 'add-column', message: () => growth(table, columns) })
        return
      }
      const note = broken ? undefined : sayOf(change, place)
      if (note === undefined || said.has(note.message)) return
      said.add(note.message)
      notes.push({ ...at, rule: note.rule, message: () => note.message })
    },
    all: () => notes.map((note) => ({ ...note, message: note.message() })),
  }
}

const tries = 'release check --prove tries its queries.'
const looks = 'look where the running code reads it.'

const isNewForCode = (change: Extract<Change, { kind: 'add column' }>, { state }: Place): boolean => {
  const table = state.table(change.table)
  return !table.isNew && !(change.ifNotExists && table.column(change.column.name) !== undefined)
}

// https://www.postgresql.org/docs/current/sql-prepare.html#SQL-PREPARE-NOTES
function growth(table: Name, columns: readonly string[]): string {
  const named = columns.slice(0, 3).map(quoted).join(', ')
  const more = columns.length > 3 ? ` and ${columns.length - 3} more` : ''
  return `${shown(table)} gets ${named}${more}: in the running code a star grows, and a bare name in a join may become ambiguous; ${tries}`
}

type Said = Pick<Note, 'rule' | 'message'>

function sayOf(change: Change, place: Place): Said | undefined {
  const { state } = place
  switch (change.kind) {
    case 'alter type': {
      const column = knownColumn(change, place)
      if (column === undefined || isSame(column, change.type)) return undefined
      const name = columnName(change.table, change.column)
      return {
        rule: 'alter-type',
        message: `${name} changes its type: prepared statements of the running code that return it fail with 0A000 until they are prepared anew; ${tries}`,
      }
    }
    case 'drop not null': {
      const column = knownColumn(change, place)
      // Only the catalog says of every column whether it takes NULL.
      const took =
        column !== 'unknown' && state.table(change.table).catalog !== undefined && column?.notNull === false
      if (column === undefined || took) return undefined
      const name = columnName(change.table, change.column)
      return {
        rule: 'drop-not-null',
        message: `${name} may be NULL from now on, where it never was; ${looks}`,
      }
    }
    case 'add enum value':
      if (state.isNew('type', change.type)) return undefined
      return {
        rule: 'add-enum-value',
        message: `${shown(change.type)} gets the value '${change.value}', which code that lists all values does not know; ${looks}`,
      }
    case 'create view':
      if (!change.replace || state.table(change.view).isNew) return undefined
      return {
        rule: 'replace-view',
        message: `The view ${shown(change.view)} is replaced, and its rows may be others; ${tries}`,
      }
    case 'rename':
    case 'move': {
      if (!isKnownObject(change.object, change.name, place)) return undefined
      if (replacement(change.object, change.name, place)?.kind !== 'create view') return undefined
      return {
        rule: 'bridge-view',
        message: `${shown(change.name)} becomes a view, which takes most queries and not TRUNCATE, COPY, ON CONFLICT ON CONSTRAINT or GROUP BY its key; ${tries}`,
      }
    }
  }
  return undefined
}

/** The column as running code knows it; undefined: it knows none. */
function knownColumn(
  { table, column }: { readonly table: Name; readonly column: string },
  { state }: Place,
): ColumnState | 'unknown' | undefined {
  const known = state.table(table)
  const found = known.column(column)
  return known.isNew || found?.isNew === true ? undefined : (found ?? 'unknown')
}

const isSame = (old: ColumnState | 'unknown', to: Extract<Change, { kind: 'alter type' }>['type']): boolean =>
  old !== 'unknown' &&
  old.type === (to.array ? `_${to.name}` : to.name) &&
  old.modifiers.join() === to.modifiers.join()

import type { ColumnType, Name } from '../change.js'
import { quoted, shown } from '../finding.js'
import type { Place } from '../rule.js'

/** `users.nickname`, as a message names a column. */
export const columnName = (table: Name, column: string): string => `${shown(table)}.${quoted(column)}`

/** The beginning that all parts of a rewrite share: `ALTER TABLE users`. */
export const alterTable = (table: Name): string => `ALTER TABLE ${shown(table)}`

/** A name for a new constraint or index, from what it is about; as PostgreSQL makes them. */
export const madeName = (table: Name, columns: readonly string[], end: string): string =>
  quoted([table.name, ...columns, end].join('_').slice(0, 63))

export const columnList = (columns: readonly string[]): string => columns.map(quoted).join(', ')

/** The constraint of this statement NOT VALID: the statement itself, where it says nothing else. */
export const notValid = ({ statement, beside }: Place, otherwise: string): string =>
  beside().length === 1 && statement !== '' ? `${statement}\n  NOT VALID;` : otherwise

/** Files one after the other, each ready to paste. */
export const inTurn = (...files: readonly string[]): string =>
  files.join('\n\n-- in a migration after that one:\n')

// The grammar gives these their inner names. https://www.postgresql.org/docs/current/datatype.html
const outer: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  bool: 'boolean',
  float4: 'real',
  float8: 'double precision',
  bpchar: 'char',
}

/** A type of an argument, `int4` or `int4[]`, as a person writes it. */
export const writtenType = (type: string): string => type.replace(/^\w+/, (name) => outer[name] ?? name)

/** A type as a person writes it: `numeric(10,2)`, `integer[]`. */
export function typeName({ schema, name, modifiers, array }: ColumnType): string {
  const plain = schema === undefined ? (outer[name] ?? quoted(name)) : shown({ schema, name })
  const size = modifiers.length === 0 || name === 'interval' ? '' : `(${modifiers.join(',')})`
  return `${plain}${size}${array ? '[]' : ''}`
}

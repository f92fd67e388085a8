import type { Name } from './change.js'

/** A name as a person writes it. */
export const shown = ({ schema, name }: Name): string =>
  [schema, name].flatMap((part) => (part === undefined ? [] : [quoted(part)])).join('.')

// https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
export const quoted = (part: string): string =>
  /^[a-z_][a-z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`

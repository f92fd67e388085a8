/** `k >= 1`; IN and `=` have the operator `=`. */
export interface Comparison {
  readonly column: string
  readonly operator: string
  readonly values: readonly string[]
}

/** The rows of a partition, and how the statement says it. */
export type Bound = { readonly sql: string } & (
  | { readonly of: 'default' | 'hash' }
  | { readonly of: 'list'; readonly values: readonly string[] }
  /** Undefined: MINVALUE, MAXVALUE, or a key of several columns. */
  | { readonly of: 'range'; readonly from: string | undefined; readonly to: string | undefined }
)

/**
 * Whether a CHECK says of one column what the bound says of the key, so that attaching need not read the rows.
 * https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ATTACH-PARTITION
 */
export function provesBound(check: readonly Comparison[], bound: Bound): boolean {
  const said = (column: string, operator: string, value: string) =>
    check.some((part) => part.column === column && part.operator === operator && part.values.includes(value))
  const columns = new Set(check.map(({ column }) => column))
  if (bound.of === 'list') {
    return check.some(
      ({ operator, values }) =>
        operator === '=' && values.length > 0 && values.every((value) => bound.values.includes(value)),
    )
  }
  if (bound.of !== 'range' || (bound.from === undefined && bound.to === undefined)) return false
  const { from, to } = bound
  return [...columns].some(
    (column) =>
      (from === undefined || said(column, '>=', from)) && (to === undefined || said(column, '<', to)),
  )
}

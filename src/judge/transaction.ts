import type { Change } from './change.js'

export interface TransactionAt {
  readonly open: boolean
  /** Changes before the one asked for, in the same transaction. */
  readonly earlier: readonly Change[]
}

/**
 * The transaction in which a change of a file stands: the one that the file runs in, or one that it begins by
 * itself. A COMMIT in the middle ends either.
 */
export function transactionAt(
  changes: readonly Change[],
  index: number,
  noTransaction: boolean,
): TransactionAt {
  for (let at = index - 1; at >= 0; at--) {
    const change = changes[at]
    if (change?.kind !== 'transaction' || change.does === 'savepoint') continue
    if (change.does !== 'begin') return { open: false, earlier: [] }
    // A BEGIN inside a transaction does nothing but warn.
    if (noTransaction) return { open: true, earlier: changes.slice(at + 1, index) }
  }
  return { open: !noTransaction, earlier: noTransaction ? [] : changes.slice(0, index) }
}

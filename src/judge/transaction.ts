import type { Change, Name } from './change.js'
import { strongLocks } from './state/strong-locks.js'
import type { State } from './state/state.js'

/** The transaction in which the changes of a file stand, while they are read one by one. */
export interface Transaction {
  readonly open: () => boolean
  /** Where in the file it began: changes from this index on, up to the one in question, are in it. */
  readonly start: () => number
  /** Tables that were there before, and that it has locked against reads or writes. */
  readonly locked: () => readonly Name[]
  /** Goes on after a change; `state` is the schema before that one. */
  pass(change: Change, state: State): void
}

/**
 * A file runs in a transaction of its own, or in those that it begins by itself. A COMMIT in the middle ends
 * either; a BEGIN inside one does nothing but warn.
 */
export function createTransaction(noTransaction: boolean): Transaction {
  let open = !noTransaction
  let passed = 0
  let start = 0
  let locked = new Map<string, Name>()
  const begin = (isOpen: boolean) => {
    open = isOpen
    start = passed
    locked = new Map()
  }
  return {
    open: () => open,
    start: () => start,
    locked: () => [...locked.values()],
    pass: (change, state) => {
      passed += 1
      if (change.kind === 'transaction' && change.does !== 'savepoint') {
        if (change.does !== 'begin') begin(false)
        else if (!open) begin(true)
      }
      if (!open) return
      for (const name of strongLocks(change, state)) {
        if (!state.table(name).isNew) locked.set(`${name.schema ?? ''}.${name.name}`, name)
      }
    },
  }
}

import type { ReleaseError } from '../../core/errors.js'
import { replacementOf, type Dyno } from '../../core/restart.js'

/** The place of a dyno that is being restarted. */
export interface Seat {
  readonly old: Dyno
  /** What is known of the order to restart it; `gone`: it was not there any more, or had a successor already. */
  order: 'none' | 'accepted' | 'unconfirmed' | 'gone'
  /** What is listed in its place. */
  now: Dyno | undefined
  /** Since when this start of `now` has been seen up. */
  up: { readonly start: string; readonly sinceMs: number } | undefined
  /** Looks in a row that showed `old` as it was. */
  unchanged: number
  /** Looks in a row that showed neither `old` nor a successor. */
  absent: number
  /** Why the order is unconfirmed. */
  doubt: ReleaseError | undefined
}

/** The place of a dyno whose restart was not ordered yet. */
export const seatOf = (old: Dyno): Seat => ({
  old,
  order: 'none',
  now: undefined,
  up: undefined,
  unchanged: 0,
  absent: 0,
  doubt: undefined,
})

/**
 * Finds the dynos that took the places. On Fir, where a new dyno has a new name, each takes one of its process type
 * that was not `known` before, and keeps it for as long as that is listed.
 */
export function seatDynos(seats: readonly Seat[], known: ReadonlySet<string>, dynos: readonly Dyno[]): void {
  const taken = new Set(known)
  for (const seat of seats) {
    seat.now = dynos.find(({ id }) => id === seat.now?.id)
    if (seat.now !== undefined) taken.add(seat.now.id)
  }
  for (const seat of seats) {
    seat.now ??= replacementOf(seat.old, taken, dynos)
    if (seat.now !== undefined) taken.add(seat.now.id)
  }
}

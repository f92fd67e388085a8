import { ReleaseError } from '../../core/errors.js'
import type { Dyno } from '../../core/restart.js'
import { restartDyno } from '../dynos.js'
import { isPassing } from '../passing.js'
import type { Platform } from '../platform.js'
import type { DynoWatch } from './dyno-watch.js'
import type { Seat } from './seats.js'

interface Ordering {
  readonly app: string
  /** Told where Heroku's answer was lost, and why. */
  readonly onDoubt: (dyno: Dyno, reason: string) => void
}

const ordersAtOnce = 5
/** How often a dyno may be listed unchanged, after an order that nobody confirmed, before the next order. */
const looksBeforeRepeating = 3

/**
 * Orders the restart of each that is still there, a few at a time. When an order is refused, those on their way are
 * waited for, no further one is sent, and it rejects with that error.
 */
export async function orderAll(
  platform: Platform,
  watch: DynoWatch,
  seats: readonly Seat[],
  options: Ordering & {
    readonly onOrder: (dyno: Dyno) => void
    readonly onRefused: (dyno: Dyno) => void
  },
): Promise<void> {
  const { onOrder, onRefused } = options
  const left = seats.values()
  let isOver = false
  const worker = async () => {
    for (const seat of left) {
      if (isOver) return
      onOrder(seat.old)
      try {
        seat.order = await order(platform, watch, seat, options)
      } catch (error) {
        isOver = true
        // Whoever is stopped while an order is on its way does not know what became of it.
        if (watch.callOptions().signal?.aborted !== true) onRefused(seat.old)
        throw error
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: ordersAtOnce }, worker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

/**
 * An order whose answer was lost is repeated only once the list shows that nothing happened; it names the dyno by
 * its id, so even then it cannot hit the new one.
 */
export async function repeatOrders(
  platform: Platform,
  watch: DynoWatch,
  seats: readonly Seat[],
  options: Ordering & { readonly seen: boolean },
): Promise<void> {
  for (const seat of seats) {
    seat.unchanged = options.seen && seat.now === undefined ? seat.unchanged + 1 : 0
    if (seat.order !== 'unconfirmed' || seat.unchanged < looksBeforeRepeating) continue
    seat.order = await order(platform, watch, seat, options)
    seat.unchanged = 0
  }
}

async function order(
  platform: Platform,
  watch: DynoWatch,
  seat: Seat,
  { app, onDoubt }: Ordering,
): Promise<Seat['order']> {
  const { id } = seat.old
  seat.doubt = undefined
  if (seat.now !== undefined || !watch.dynos().some((dyno) => dyno.id === id)) return 'gone'
  try {
    await restartDyno(platform, app, id, watch.callOptions())
    return 'accepted'
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'not-found') return 'gone'
    if (!(error instanceof ReleaseError) || !isPassing(error)) throw error
    seat.doubt = error
    onDoubt(seat.old, error.message)
    return 'unconfirmed'
  }
}

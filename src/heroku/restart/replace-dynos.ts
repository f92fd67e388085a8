import { performance } from 'node:perf_hooks'
import { isQuotaNear } from '../../core/api-quota.js'
import type { ReleaseError } from '../../core/errors.js'
import type { Dyno } from '../../core/restart.js'
import type { DynoWatch } from './dyno-watch.js'
import type { Pace } from './pace.js'
import type { Platform } from '../platform.js'
import { orderAll, repeatOrders } from './orders.js'
import { findScaledAway } from './scaled-away.js'
import { seatDynos, seatOf, type Seat } from './seats.js'

/** What became of a dyno that was to be restarted. */
export type Place =
  | { readonly kind: 'up'; readonly old: Dyno; readonly dyno: Dyno; readonly tookMs: number }
  /** Something else stopped or replaced it; there is nothing left to restart. */
  | { readonly kind: 'gone'; readonly old: Dyno }
  | { readonly kind: 'crashed'; readonly old: Dyno; readonly dyno: Dyno }
  /** Not up by the deadline; `dyno` is what was listed in its place. */
  | {
      readonly kind: 'late'
      readonly old: Dyno
      readonly dyno: Dyno | undefined
      readonly tookMs: number
      /** Why Heroku has not even confirmed its restart, which has not begun. */
      readonly doubt: ReleaseError | undefined
    }

export interface ReplaceOptions {
  readonly app: string
  readonly pace: Pace
  readonly deadlineMs: number
  /** How long a new dyno must have been up before it counts. */
  readonly settleMs: number
  /** Restarted before, `onPlace` adds to it: a crash of one of them counts too. */
  readonly restarted: readonly Dyno[]
  /** Go on with the rest of the batch when one crashes. */
  readonly goOn: boolean
  /** Called for each dyno when its turn has come. */
  readonly onOrder: (dyno: Dyno) => void
  /** Called for a dyno whose restart Heroku refused. */
  readonly onRefused: (dyno: Dyno) => void
  /** Called where Heroku's answer was lost, with why. */
  readonly onDoubt: (dyno: Dyno, reason: string) => void
  /** Called as soon as it is known what became of a dyno. */
  readonly onPlace: (place: Place) => void
}

/**
 * Restarts a batch of dynos of one process type and waits until each that takes a place is up and has stayed up.
 * Ends at the first crash and at the deadline; of what is in flight then nothing more is told. Returns the dyno,
 * restarted before, that crashed meanwhile, if one did.
 */
export async function replaceDynos(
  platform: Platform,
  watch: DynoWatch,
  batch: readonly Dyno[],
  options: ReplaceOptions,
): Promise<Dyno | undefined> {
  const { app, pace, settleMs, deadlineMs } = options
  const startedMs = performance.now()
  const tookMs = () => performance.now() - startedMs
  const known = new Set(watch.dynos().map(({ id }) => id))
  let open: readonly Seat[] = batch.map(seatOf)
  let looks = 0
  let lookMs = 0
  let bootMs = 0

  seatDynos(open, known, watch.dynos())
  await orderAll(platform, watch, open, options)
  const orderedMs = performance.now()
  let waitMs = open.every(({ order }) => order === 'gone') ? 0 : pace.first()
  for (;;) {
    await watch.wait(Math.min(waitMs, Math.max(0, deadlineMs - tookMs())))
    pace.spare(isQuotaNear(platform.rateLimitRemaining))
    looks += 1
    lookMs = performance.now()
    const seen = await watch.look()
    if (seen) {
      seatDynos(open, known, watch.dynos())
      const fallen = crashedAmong(options.restarted, watch)
      if (fallen !== undefined) return fallen
      const away = await findScaledAway(platform, watch, open, app)
      for (const { old } of away) tell({ kind: 'gone', old })
      open = open.filter((seat) => !away.includes(seat))
      const places = open.map((seat) => judge(seat))
      for (const place of places) if (place !== undefined) tell(place)
      if (!options.goOn && places.some((place) => place?.kind === 'crashed')) return undefined
      open = open.filter((_, index) => places[index] === undefined)
      if (open.length === 0) {
        pace.learn(bootMs)
        return undefined
      }
    }
    if (tookMs() >= deadlineMs || watch.leftMs() === 0) {
      for (const { old, now, doubt } of open) {
        const last = now ?? watch.dynos().find(({ id }) => id === old.id)
        const unasked = now === undefined && last !== undefined ? doubt : undefined
        options.onPlace({ kind: 'late', old, dyno: last, tookMs: tookMs(), doubt: unasked })
      }
      return undefined
    }
    await repeatOrders(platform, watch, open, { ...options, seen })
    waitMs = nextWaitMs()
  }

  function tell(place: Place): void {
    // It has its seat, and no other may take it.
    if (place.kind === 'up') known.add(place.dyno.id)
    options.onPlace(place)
  }

  function judge(seat: Seat): Place | undefined {
    const { old, now } = seat
    if (now === undefined && seat.order === 'gone') {
      if (!watch.dynos().some(({ id }) => id === old.id)) return { kind: 'gone', old }
      seat.order = 'unconfirmed'
    }
    if (now?.state === 'crashed') return { kind: 'crashed', old, dyno: now }
    if (now === undefined || !isAwake(now)) {
      seat.up = undefined
      return undefined
    }
    const start = `${now.id} ${now.createdAt}`
    if (seat.up?.start !== start) {
      seat.up = { start, sinceMs: performance.now() }
      // Up at the first look: it was up some time before that, and nobody knows since when.
      const seenAfterMs = (lookMs - orderedMs) * (looks === 1 ? 0.7 : 1)
      bootMs = Math.max(bootMs, Math.min(seenAfterMs, bootedInMs(now)))
    }
    return isSettled(seat.up.sinceMs, now) ? { kind: 'up', old, dyno: now, tookMs: tookMs() } : undefined
  }

  /** Seen up for long enough, or up for long enough by Heroku's own times, which are cut to the second. */
  function isSettled(sinceMs: number, { updatedAt, createdAt }: Dyno): boolean {
    const heardMs = platform.heardAt?.getTime()
    const isTold = heardMs !== undefined && updatedAt !== createdAt
    const byHeroku = isTold ? heardMs - Date.parse(updatedAt) - 1000 : -Infinity
    return Math.max(performance.now() - sinceMs, byHeroku) >= settleMs
  }

  function nextWaitMs(): number {
    const upSince = open.map(({ up }) => up?.sinceMs)
    if (!upSince.every((sinceMs) => sinceMs !== undefined)) return pace.next()
    const settledInMs = Math.max(...upSince) + settleMs - performance.now()
    return Math.min(Math.max(0, settledInMs), pace.longestMs)
  }
}

/** A dyno that fell asleep again has booted once and will boot at the next request. */
const isAwake = ({ state }: Dyno): boolean => state === 'up' || state === 'idle'

/** At most, by Heroku's times, which are cut to the second; where they are the same, they do not tell. */
const bootedInMs = ({ createdAt, updatedAt }: Dyno): number =>
  updatedAt === createdAt ? Infinity : Date.parse(updatedAt) - Date.parse(createdAt) + 1000

function crashedAmong(watched: readonly Dyno[], watch: DynoWatch): Dyno | undefined {
  const names = new Set(watched.map(({ name }) => name))
  return watch.dynos().find((dyno) => dyno.state === 'crashed' && names.has(dyno.name))
}

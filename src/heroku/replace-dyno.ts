import { performance } from 'node:perf_hooks'
import { ReleaseError } from '../core/errors.js'
import { replacementOf, type Dyno } from '../core/restart.js'
import { isPassing, type DynoWatch } from './dyno-watch.js'
import { restartDyno } from './dynos.js'
import type { Platform } from './platform.js'

/** What became of a dyno that was asked to restart. */
export type Replacement =
  | { readonly kind: 'up'; readonly dyno: Dyno; readonly tookMs: number }
  /** This dyno, or one that was restarted before it. */
  | { readonly kind: 'crashed'; readonly dyno: Dyno }
  /** Something else stopped or replaced it; there is nothing left to restart. */
  | { readonly kind: 'gone' }
  /** Not up by its deadline; `last` is what was listed in its place. */
  | { readonly kind: 'late'; readonly last: Dyno | undefined; readonly tookMs: number }

export interface ReplaceOptions {
  readonly app: string
  readonly perDynoDeadlineMs: number
  readonly pollMs: number
  /** How long the new dyno must have been seen `up` before it counts. */
  readonly settleMs: number
}

/** How often the dyno may be listed unchanged, after an order that nobody confirmed, before the next order. */
const looksBeforeRepeating = 3

/**
 * Restarts one dyno and waits until the dyno that takes its place is up and has stayed up. An order whose
 * answer was lost is repeated only once the list shows that nothing happened; it names the dyno by its id,
 * so even then it cannot hit the new one. `restarted` are the dynos restarted before: a crash of one of
 * them later on counts too.
 */
export async function replaceDyno(
  platform: Platform,
  watch: DynoWatch,
  old: Dyno,
  restarted: readonly Dyno[],
  options: ReplaceOptions,
): Promise<Replacement> {
  const startedMs = performance.now()
  const tookMs = () => performance.now() - startedMs
  const known = new Set(watch.dynos().map(({ id }) => id))
  const successor = () => replacementOf(old, known, watch.dynos())
  const order = async (): Promise<Order> =>
    isListed(old, watch) && successor() === undefined ? await ask(platform, watch, old, options.app) : 'gone'

  let ordered = await order()
  let waitMs = ordered === 'gone' ? 0 : options.pollMs
  let unchangedLooks = 0
  let up: { readonly id: string; readonly sinceMs: number } | undefined
  for (;;) {
    await watch.wait(waitMs)
    waitMs = options.pollMs
    const seen = await watch.look()
    const now = successor()
    if (seen) {
      const fallen = crashedAmong(now === undefined ? restarted : [...restarted, now], watch)
      if (fallen !== undefined) return { kind: 'crashed', dyno: fallen }
      if (now === undefined && ordered === 'gone') {
        if (!isListed(old, watch)) return { kind: 'gone' }
        ordered = 'unconfirmed'
      }
      if (now === undefined || !isAwake(now)) up = undefined
      else if (up?.id !== now.id) up = { id: now.id, sinceMs: performance.now() }
      const settledInMs = up === undefined ? Infinity : up.sinceMs + options.settleMs - performance.now()
      if (now !== undefined && settledInMs <= 0) return { kind: 'up', dyno: now, tookMs: tookMs() }
      waitMs = Math.min(waitMs, settledInMs)
    }
    if (tookMs() >= options.perDynoDeadlineMs || watch.leftMs() === 0) {
      return { kind: 'late', last: now ?? watch.dynos().find(({ id }) => id === old.id), tookMs: tookMs() }
    }
    unchangedLooks = seen && now === undefined ? unchangedLooks + 1 : 0
    if (ordered === 'unconfirmed' && unchangedLooks >= looksBeforeRepeating) {
      ordered = await order()
      unchangedLooks = 0
    }
  }
}

type Order = 'accepted' | 'unconfirmed' | 'gone'

async function ask(platform: Platform, watch: DynoWatch, old: Dyno, app: string): Promise<Order> {
  try {
    await restartDyno(platform, app, old.id, watch.callOptions())
    return 'accepted'
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'not-found') return 'gone'
    if (isPassing(error)) return 'unconfirmed'
    throw error
  }
}

function isListed(dyno: Dyno, watch: DynoWatch): boolean {
  return watch.dynos().some(({ id }) => id === dyno.id)
}

/** A dyno that fell asleep again has booted once and will boot at the next request. */
function isAwake(dyno: Dyno): boolean {
  return dyno.state === 'up' || dyno.state === 'idle'
}

function crashedAmong(watched: readonly Dyno[], watch: DynoWatch): Dyno | undefined {
  const names = new Set(watched.map(({ name }) => name))
  return watch.dynos().find((dyno) => dyno.state === 'crashed' && names.has(dyno.name))
}

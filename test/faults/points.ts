import type { Point } from './proxy.js'

/** Before and after every message of a run. */
export function everyPoint(messages: number): Point[] {
  return Array.from({ length: messages }, (_, index) => index + 1).flatMap((message) => [
    { message, side: 'before' as const },
    { message, side: 'after' as const },
  ])
}

/** `size` of them, one at random out of each of as many equal stretches, the same for the same seed. */
export function sample<Item>(items: readonly Item[], size: number, seed: number): Item[] {
  const random = randomFrom(seed)
  const stretch = items.length / size
  return Array.from({ length: Math.min(size, items.length) }, (_, index) =>
    Math.floor(Math.max(stretch, 1) * (index + (stretch > 1 ? random() : 0))),
  ).flatMap((index) => items[index] ?? [])
}

/** Mulberry32: numbers from 0 to 1 that a seed repeats. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Does the work for every item, as many at a time as `workers`. Rejects with the first failure. */
export async function forEachAtOnce<Item>(
  items: readonly Item[],
  workers: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values()
  const worker = async () => {
    for (const item of left) await work(item)
  }
  await Promise.all(Array.from({ length: workers }, worker))
}

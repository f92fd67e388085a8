/** How many dynos of a process type are restarted at a time: so many, or a share (0 to 1) of its formation. */
export type Batch = { readonly count: number } | { readonly share: number }

/** Reads `4` or `25%`; undefined for anything else, and for nothing at a time. */
export function parseBatch(text: string): Batch | undefined {
  const [, digits = '', percent] = /^(\d{1,4})(%?)$/.exec(text.trim()) ?? []
  const number = Number(digits)
  if (digits === '' || number === 0) return undefined
  if (percent !== '%') return { count: number }
  return number <= 100 ? { share: number / 100 } : undefined
}

/** How many that is of a process type of `quantity` dynos: a share is rounded down, but never to nothing. */
export function batchSize(batch: Batch, quantity: number): number {
  if ('count' in batch) return batch.count
  // 0.07 * 100 is a little more than 7.
  return Math.max(1, Math.floor(Number((batch.share * quantity).toFixed(6))))
}

/** Cuts a list into batches of at most `size`, in its order. */
export function cutIntoBatches<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}

/** `one at a time`, `25 at a time`. */
export const describeBatch = (size: number): string => `${size === 1 ? 'one' : size} at a time`

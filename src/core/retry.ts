/**
 * The pause before retry number `attempt` (from 1): doubling from `firstMs` up to `capMs`,
 * with up to half of it taken off by `random` (0 to 1), so that two waiters do not march in step.
 */
export function pauseMs(attempt: number, firstMs: number, capMs: number, random = Math.random()): number {
  const full = Math.min(capMs, firstMs * 2 ** Math.min(attempt - 1, 30))
  return Math.round(full * (1 - random / 2))
}

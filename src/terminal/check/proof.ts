import { formatDuration } from '../../core/duration.js'
import type { ProofReport } from '../../core/proof.js'

/** What the proof was made of, a line each; none without a proof. */
export function proofLines({ proof }: { readonly proof?: ProofReport }): string[] {
  if (proof === undefined) return []
  const { queries, tried, untried, base, migrations, server, remarks, durationMs } = proof
  const count = migrations.length === 1 ? '1 migration' : `${migrations.length} migrations`
  const what = queries === 0 ? 'tests' : `${tried} of ${queries} queries`
  return [
    `proof: ${what} tried on ${base} and ${queries === 0 ? `with ${count}` : `after each of ${count}`} on top, on ${server}, in ${formatDuration(durationMs)}.`,
    ...untried.map(
      ({ why, count: some, places }) =>
        `  ${some} not tried: ${why} (${places.join(', ')}${some > places.length ? ', ...' : ''})`,
    ),
    ...remarks.map((remark) => `  ${remark}`),
  ]
}

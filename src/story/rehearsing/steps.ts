import { codeOf } from '../../postgres/connect-errors.js'
import type { Session } from '../../postgres/session.js'

/** A migration of a run, with times as milliseconds since 1970 by this machine's clock. */
export interface Step {
  readonly name: string
  readonly outcome: 'applied' | 'failed' | 'interrupted'
  readonly fromMs: number
  readonly toMs: number
}

/** The steps that ended after a time, as the ledger has them; none where another tool migrates and keeps no ledger. */
export async function readStepsSince(session: Session, since: Date): Promise<Step[]> {
  try {
    const sentMs = Date.now()
    const { rows } = await session.query<{
      name: string
      outcome: Step['outcome']
      durationMs: number
      finishedMs: string
      nowMs: string
    }>(
      `SELECT migration AS name, outcome, duration_ms AS "durationMs",
              extract(epoch FROM finished_at) * 1000 AS "finishedMs",
              extract(epoch FROM clock_timestamp()) * 1000 AS "nowMs"
       FROM release_phase.steps WHERE attempts > 0 ORDER BY id`,
    )
    // The server may be another machine, whose clock is another.
    const aheadMs = Number(rows[0]?.nowMs ?? 0) - (sentMs + Date.now()) / 2
    return rows
      .map(({ name, outcome, durationMs, finishedMs }) => {
        const toMs = Number(finishedMs) - aheadMs
        return { name, outcome, fromMs: toMs - durationMs, toMs }
      })
      .filter(({ toMs }) => toMs > since.getTime())
  } catch (error) {
    if (['42P01', '3F000'].includes(codeOf(error) ?? '')) return []
    throw error
  }
}

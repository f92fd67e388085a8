import { failedError } from '../../core/errors.js'
import type { ApplyOptions } from '../attempt.js'
import type { Piece } from './pieces.js'

/** Where an attempt begins. */
export interface Resumed {
  /** Statements before this place are done. */
  readonly from: number
  /** The one at this place was begun by a run that was cut off; whether it is done, nobody wrote down. */
  readonly cutOff: boolean
}

/**
 * Finds out what earlier attempts have done of these statements: as many as the file still says in the same words,
 * from the first on. After an edit the rest runs as it stands. Throws (1) where a temporary table is lost.
 */
export async function resume(
  pieces: readonly Piece[],
  { connection, keeping, onLog = () => undefined, onWarn }: ApplyOptions,
  attempt: number,
): Promise<Resumed> {
  const kept = await keeping.read()
  const placed = pieces.filter(({ place }) => place !== undefined)
  let from = 0
  while (kept[from]?.done === true && kept[from]?.hash === placed[from]?.hash) from++
  const next = kept[from]
  const cutOff = next?.done === false && next.hash === placed[from]?.hash
  if (next?.done === true) {
    await connection.query(keeping.forgetSql(from))
    onWarn(
      `${kept.length} of its statements were applied before, and number ${from + 1} is another one in the file now; from there on it runs as it stands`,
    )
  }
  refuseLostTable(placed.slice(0, from), placed.length)
  if (from > 0 && attempt === 1) {
    onLog(
      `goes on after its first ${from === 1 ? 'statement, which was' : `${from} statements, which were`} applied before`,
    )
  }
  return { from, cutOff }
}

/** What filled it is done and would not be done again, so what reads it would find it empty. */
function refuseLostTable(done: readonly Piece[], of: number): void {
  if (!done.some(({ statement }) => statement.session === 'table') || done.length === of) return
  throw failedError(
    'temporary-table-lost',
    `An earlier run ended after ${done.length} of its ${of} statements, and with it the temporary table that they made.`,
    {
      todo: [
        'Look at what they did, take them out of the file, and release again: the rest runs as it stands then.',
        'A table that is not temporary, or a transaction around them all, would have borne the interruption.',
      ],
    },
  )
}

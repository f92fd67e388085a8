import type { CorpusCase } from '../corpus/case.js'
import { shop, shopCode } from '../corpus/shop.js'
import type { Held } from './run-file.js'
import type { Case, Truth, Truths } from './truth.js'

/** What a migration does to running code, as a server shows it. */
export interface Label {
  /**
   * `other answers`: nothing fails, but rows are others now, as the migration means them to be; whether that breaks
   * anything is nobody's to say.
   */
  readonly breaks: 'yes' | 'no' | 'other answers'
  /**
   * `work`: rows are worked on under a lock that stops reads or writes. `avoidable`: the lock is short, but the same
   * change can be made without one. `bystander`: it is short, and on a table of which the statement does not speak
   * first. `short`: a moment of catalog work.
   */
  readonly lock: 'work' | 'avoidable' | 'bystander' | 'short' | 'none'
  /** The migration fails by itself, so it does nothing at all. */
  readonly fails: boolean
}

/** Neither a person nor a query notices. */
export const isHarmless = ({ breaks, lock, fails }: Label): boolean =>
  breaks === 'no' && (lock === 'none' || lock === 'short') && !fails

/** Runs a case, and where it says how to do the same without a lock, that too. */
export async function labelOf(
  one: CorpusCase,
  sql: readonly string[],
  truths: Truths,
): Promise<{ readonly label: Label; readonly truth: Truth }> {
  const scene = { ...sceneOf(one), running: one.running ?? shopCode }
  const truth = await truths.of({ ...scene, files: sql })
  const online = one.online && (await truths.of({ ...scene, files: one.online }))
  if (online?.fails !== undefined) throw new Error(`${one.name}: ${online.fails.message}`)
  return {
    truth,
    label: { breaks: breaksOf(truth), lock: lockOf(truth, online), fails: truth.fails !== undefined },
  }
}

/** What a case begins with. */
export const sceneOf = ({ before, role }: CorpusCase): Pick<Case, 'before' | 'role'> => ({
  before: before ?? shop,
  ...(role === undefined ? {} : { role }),
})

// What fails only as a statement that was prepared before, the judge leaves to the proof.
function breaksOf({ breaks, differs, wroteRows }: Truth): Label['breaks'] {
  if (breaks !== undefined && !breaks.onlyPrepared) return 'yes'
  if (differs === undefined) return 'no'
  return wroteRows ? 'other answers' : 'yes'
}

function lockOf({ stalls, locks }: Truth, online: Truth | undefined): Label['lock'] {
  if (stalls !== undefined) return 'work'
  if (locks.length === 0) return 'none'
  if (online !== undefined && online.locks.length === 0) return 'avoidable'
  return locks.some((lock) => !isOwn(lock)) ? 'bystander' : 'short'
}

/** The statement names the table first: ALTER TABLE items, DROP TABLE items. */
function isOwn({ statement, table }: Held): boolean {
  const target =
    /^\s*(?:CREATE|ALTER|DROP)\s+TABLE\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+|ONLY\s+)*((?:"[^"]+"|[\w.])+)/i.exec(
      statement,
    )
  return target === null || target[1]?.split('.').at(-1) === table.split('.').at(-1)
}

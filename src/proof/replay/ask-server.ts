import type { Session } from '../../postgres/session.js'
import { converse, type Answer, type Messages } from './converse.js'

export type { Answer, Refusal } from './converse.js'

export interface Asked {
  readonly text: string
  /** OIDs of the parameters as the code sends them; 0, or none: the server finds out. */
  readonly types: readonly number[]
}

export interface Bound {
  readonly name: string
  readonly parameters: number
}

/**
 * Has the server parse queries, describe them, and bind them to NULLs, which has it plan them: with
 * `plan_cache_mode = force_generic_plan` without looking at those. Planning finds what reading does not: an ON CONFLICT
 * without its index, a lock on what cannot be locked. Nothing is executed, and all travel together.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
export async function ask(session: Session, queries: readonly Asked[]): Promise<Answer[]> {
  const heard = await converse(
    session,
    queries.map((asked) => (to) => {
      to.parse({ ...asked, name: '' })
      to.describe({ type: 'S', name: '' })
      to.bind({ statement: '', portal: '', values: nulls(seeminglyOf(asked.text)) })
    }),
  )
  const answers: Answer[] = []
  for (const [index, asked] of queries.entries()) {
    const answer = heard[index]
    if (answer === undefined) throw new Error('the server left a question unanswered')
    answers.push(answer.refusal?.sqlstate === wrongCount ? await askSlowly(session, asked) : answer)
  }
  return answers
}

const nulls = (count: number): readonly null[] => Array.from({ length: count }, () => null)

// Protocol violation: what looks like a parameter may stand in a string or a comment.
const wrongCount = '08P01'

const seeminglyOf = (text: string) =>
  Math.min(65_535, Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number))))

async function askSlowly(session: Session, asked: Asked): Promise<Answer> {
  const [described] = await converse(session, [(to) => prepare(to, '', asked)])
  if (described === undefined || described.refusal !== undefined) return described ?? silence
  const [planned] = await goOn(session, [{ name: '', parameters: described.parameterOids.length }])
  return { ...described, refusal: planned?.refusal }
}

const silence: Answer = { parameterOids: [], columns: [], refusal: undefined }

function prepare(to: Messages, name: string, asked: Asked): void {
  to.parse({ ...asked, name })
  to.describe({ type: 'S', name })
}

/** Prepares queries under names, which stay for the session. */
export async function prepareAs(
  session: Session,
  queries: readonly (Asked & { readonly name: string })[],
): Promise<Answer[]> {
  return await converse(
    session,
    queries.map((asked) => (to) => prepare(to, asked.name, asked)),
  )
}

/** Binds queries that were prepared before, which has the server read and plan them anew. Nothing is executed. */
export async function goOn(session: Session, prepared: readonly Bound[]): Promise<Answer[]> {
  return await converse(
    session,
    prepared.map(({ name, parameters }) => (to) => {
      to.bind({ statement: name, portal: '', values: nulls(parameters) })
    }),
  )
}

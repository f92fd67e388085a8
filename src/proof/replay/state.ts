import type { Session } from '../../postgres/session.js'
import { compare } from '../verdict/compare.js'
import type { Observation, Tried } from '../verdict/observation.js'
import { preparedSymptom, type Symptom } from '../verdict/symptom.js'
import type { Refusal } from './ask-server.js'
import type { Replayer } from './observe.js'

/** What queries meet on one schema. */
export interface State {
  readonly observations: ReadonlyMap<Tried, Observation>
  /** Those that were prepared before the schema changed, and are refused now. */
  readonly refused: ReadonlyMap<Tried, Refusal>
}

/** Tries the queries on the schema as it is now. */
export async function readState(
  replayer: Replayer,
  _session: Session,
  statements: readonly Tried[],
): Promise<State> {
  return {
    observations: await replayer.observe(statements),
    refused: await replayer.goOn(statements),
  }
}

/** What the queries meet now that they did not meet before. */
export function symptomsBetween(before: State, now: State): Symptom[] {
  return [...now.observations].flatMap(([statement, after]) => {
    const then = before.observations.get(statement)
    if (then === undefined || then.refusal !== undefined) return []
    const refusal = now.refused.get(statement)
    return [
      ...compare(statement, then, after),
      ...(refusal === undefined ? [] : [preparedSymptom(statement, refusal)]),
    ]
  })
}

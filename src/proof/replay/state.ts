import { compare } from '../verdict/compare.js'
import { changesBetween } from '../verdict/changes.js'
import { suspect } from '../verdict/demands/demands.js'
import type { Suspicion } from '../verdict/demands/suspicion.js'
import type { Observation, Tried } from '../verdict/observation.js'
import type { Schema } from '../verdict/schema.js'
import { preparedSymptom, type Symptom } from '../verdict/symptom.js'
import type { Refusal } from './ask-server.js'
import type { Replayer } from './observe.js'

/** What queries meet on one schema. */
export interface State {
  readonly observations: ReadonlyMap<Tried, Observation>
  /** Those that were prepared before the schema changed, and are refused now. */
  readonly refused: ReadonlyMap<Tried, Refusal>
  readonly schema: Schema
}

/** Tries the queries on the schema as it is now. */
export async function readState(replayer: Replayer, queries: readonly Tried[]): Promise<State> {
  return {
    observations: await replayer.observe(queries),
    refused: await replayer.goOn(queries),
    schema: await replayer.schema(),
  }
}

/** What the queries meet now that they did not meet before; the server decides where it can without their data. */
export async function symptomsBetween(before: State, now: State, replayer: Replayer): Promise<Symptom[]> {
  const symptoms: Symptom[] = []
  const changes = changesBetween(before.schema, now.schema)
  for (const [query, after] of now.observations) {
    const then = before.observations.get(query)
    if (then === undefined || then.refusal !== undefined) continue
    symptoms.push(...compare(query, then, after))
    const refusal = now.refused.get(query)
    if (refusal !== undefined) symptoms.push(preparedSymptom(query, refusal))
    if (after.refusal !== undefined) continue
    for (const suspicion of suspect(query, after, changes)) {
      symptoms.push(...(await decided(suspicion, replayer)))
    }
  }
  return symptoms
}

async function decided({ symptom, decide }: Suspicion, replayer: Replayer): Promise<Symptom[]> {
  if (decide === undefined) return [symptom]
  const holds = await replayer.holds(decide)
  if (holds === undefined) return [{ ...symptom, severity: 'warning' }]
  return holds ? [] : [symptom]
}

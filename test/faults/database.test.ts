import { afterAll, beforeAll, expect, it } from 'vitest'
import { all, seed, sumUp, workers } from './extent.js'
import { everyPoint, forEachAtOnce, sample } from './points.js'
import { prepareStage, type Stage } from './stage.js'
import { runUndisturbed, tryPoint, type Fault, type Undisturbed } from './trial.js'

let stage: Stage
let undisturbed: Undisturbed

beforeAll(async () => {
  stage = await prepareStage()
  undisturbed = await runUndisturbed(stage)
})

afterAll(async () => await stage.databases.drop())

it.each<{ fault: Fault; sampled: number; whole: number }>([
  { fault: 'cut', sampled: 9, whole: Infinity },
  { fault: 'kill', sampled: 9, whole: Infinity },
  // A process that gives up slowly leaves what a killed one leaves, so these two have fewer points.
  { fault: 'outage', sampled: 2, whole: 40 },
  { fault: 'stall', sampled: 2, whole: 20 },
])(
  'wherever a release meets the fault "$fault", the next one finishes the job',
  async (kind) => {
    const { fault } = kind
    const every = everyPoint(undisturbed.messages)
    const points = sample(every, Math.min(all ? kind.whole : kind.sampled, every.length), seed)
    const sum = await sumUp(fault, { of: every.length, kind: 'messages', points }, async (tell) => {
      await forEachAtOnce(points, workers, async (point) => {
        tell(await tryPoint(stage, point, fault, undisturbed))
      })
    })
    expect(sum.divergences).toEqual([])
    expect(sum.struck).toBeGreaterThan(0)
  },
  900_000,
)

import { afterAll, beforeAll, expect, it } from 'vitest'
import { all, seed, workers } from './extent.js'
import type { Picture } from './picture.js'
import { forEachAtOnce } from './points.js'
import { describeSchedule, planSchedule } from './schedule/plan.js'
import { prepareScheduleStage, type ScheduleStage } from './schedule/stage.js'
import { pictureUndisturbed, playSchedule } from './schedule/trial.js'

// FAULTS_SCHEDULE=1017 plays that one again.
const one = process.env['FAULTS_SCHEDULE']
const count = all ? 200 : 4
const seeds =
  one === undefined ? Array.from({ length: count }, (_, index) => seed * 1000 + index) : [Number(one)]

let stage: ScheduleStage
let undisturbed: Picture

beforeAll(async () => {
  stage = await prepareScheduleStage()
  undisturbed = await pictureUndisturbed(stage)
})

afterAll(async () => await stage.databases.drop())

it('whatever befalls three releases and node-pg-migrate under traffic, each migration is applied once and the app waits for none of them', async () => {
  const startedAt = performance.now()
  const sum = { divergences: 0, struck: 0, answered: 0, longestWaitMs: 0 }
  await forEachAtOnce(seeds, workers, async (number) => {
    const schedule = planSchedule(number)
    const played = await playSchedule(stage, schedule, undisturbed)
    sum.struck += played.struck
    sum.answered += played.answered
    sum.longestWaitMs = Math.max(sum.longestWaitMs, played.longestWaitMs)
    sum.divergences += played.divergences.length
    if (played.divergences.length === 0 && one === undefined) return
    console.log([describeSchedule(schedule), ...played.divergences].join('\n  '))
  })
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  console.log(
    `${seeds.length} random schedules from seed ${seeds[0]}: ${sum.struck} blows fell, ${sum.answered} statements of ` +
      `the app were answered, none waited for a release longer than ${Math.round(sum.longestWaitMs)} ms at a time, ` +
      `${sum.divergences} divergences; ${seconds} s`,
  )
  expect(sum.divergences).toBe(0)
  expect(sum.struck).toBeGreaterThan(0)
}, 900_000)

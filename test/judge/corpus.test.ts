import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/core/catalog.js'
import { createDatabase, serverMajor } from '../support/postgres.js'
import { corpus } from './corpus/all.js'
import type { CorpusCase } from './corpus/case.js'
import { isHarmless, labelOf, sceneOf, type Label } from './support/label.js'
import { asText, readLabels, writeLabels } from './support/labelled.js'
import { judged, scoreOf, type Measured } from './support/measure.js'
import { sqlOf } from './support/sql-of-case.js'
import { truthsOf } from './support/truth.js'

// What a server shows of each case stands in corpus/labels.json. Every run judges all cases by that, and runs a part
// of them on a server; `npm run test:corpus` runs them all, and CORPUS=record writes the labels anew.
const mode = process.env['CORPUS'] ?? 'sample'
// `CASE='columns: add' npx vitest run test/judge/corpus.test.ts` runs those.
const only = process.env['CASE']
const sampled = 7
const major = await serverMajor()
const recordedOn = 18

const isRun = (name: string, index: number) =>
  only === undefined ? mode !== 'sample' || index % sampled === 0 : new RegExp(only).test(name)
const onServer = corpus.filter(({ name }, index) => isRun(name, index))

const truths = truthsOf(createDatabase)
let folder: string
let labels: ReadonlyMap<string, Label>
const shown = new Map<string, Label>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-phase-corpus-'))
  labels = await readLabels()
})
afterAll(async () => {
  await truths.end()
  if (mode === 'record') {
    const names = new Set(corpus.map(({ name }) => name))
    await writeLabels(new Map([...labels, ...shown].filter(([name]) => names.has(name))))
  }
  await rm(folder, { recursive: true, force: true })
})

const cases = onServer.map((one) => [one.name, one] as const)
describe.skipIf(major !== recordedOn)('on a server', () => {
  it.each(cases)('does what its label says: %s', async (name, one) => {
    const sql = await sqlOf(one, folder)
    const { label } = await labelOf(one, sql, truths)
    shown.set(name, label)
    if (mode === 'record') return
    expect(asText(label)).toBe(asText(labels.get(name) ?? { breaks: 'no', lock: 'none', fails: true }))
  })
})

/** What the judge says of every case, with a catalog where one is given. */
const measureAll = async (catalogOf: (one: CorpusCase) => Promise<Catalog | undefined>) =>
  await Promise.all(
    corpus.map(async (one): Promise<Measured> => {
      const label = shown.get(one.name) ?? labels.get(one.name)
      if (label === undefined)
        throw new Error(`${one.name} has no label: CORPUS=record npx vitest run test/judge/corpus`)
      return { name: one.name, label, said: judged(one, await sqlOf(one, folder), await catalogOf(one)) }
    }),
  )

describe('the corpus', () => {
  it('has at least 250 cases of names of their own, 40% of them harmless', async () => {
    const all = await measureAll(async () => undefined)
    expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length)
    expect(all.length).toBeGreaterThanOrEqual(250)
    expect(all.filter(({ label }) => isHarmless(label)).length / all.length).toBeGreaterThanOrEqual(0.4)
  })

  // The labels are of one version, and so has to be the catalog.
  const knowing: [string, (one: CorpusCase) => Promise<Catalog | undefined>][] = [
    ['the older migrations', async () => undefined],
    ['the database', async (one) => await truths.catalog(sceneOf(one))],
  ]
  it.each(knowing.slice(0, major === recordedOn ? 2 : 1))(
    'is judged right by who knows %s: nothing is missed, 2% are false alarms',
    async (_, catalogOf) => {
      const { wrong, breaking, stalling, falseAlarms } = scoreOf(await measureAll(catalogOf))
      if (mode !== 'sample') console.log(wrong.join('\n'))
      expect(wrong.filter((one) => one.startsWith('MISSED'))).toEqual([])
      expect([breaking.found, stalling.found]).toEqual([breaking.of, stalling.of])
      expect(falseAlarms.found <= 0.02 * falseAlarms.of ? [] : wrong).toEqual([])
    },
  )
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { corpus } from '../test/judge/corpus/all.js'
import { isHarmless, labelOf, sceneOf, type Label } from '../test/judge/support/label.js'
import { judged, scoreOf, type Count, type Said } from '../test/judge/support/measure.js'
import { readLabels } from '../test/judge/support/labelled.js'
import { sqlOf } from '../test/judge/support/sql-of-case.js'
import { truthsOf } from '../test/judge/support/truth.js'
import { createDatabaseOn } from '../test/support/databases.js'
import { anyCounts, onlyHazards, squawkSays, squawkVersion } from './squawk.js'
import { printColumns } from './table.js'

interface Shown {
  readonly name: string
  readonly sql: readonly string[]
  readonly label: Label
  readonly withoutDatabase: Said
  readonly withCatalog: Said
}

/**
 * Runs every case of the corpus on a server, and counts who tells of what it does there. `recorded` takes what the
 * server showed before instead; `list` names what is missed or said without need.
 */
export async function benchCorpus(
  serverUrl: string,
  { list, recorded }: { readonly list: boolean; readonly recorded: boolean },
): Promise<void> {
  const shown = await showAll(serverUrl, recorded ? await readLabels() : new Map<string, Label>())
  printFamilies(shown)
  const squawk = await squawkSays(shown)
  const scores: [string, (one: Shown) => Said][] = [
    ['the judge, knowing the older migrations', (one) => one.withoutDatabase],
    ['the judge, knowing the database', (one) => one.withCatalog],
  ]
  if (squawk !== undefined) {
    const of = (one: Shown) =>
      squawk.get(one.name) ?? { breaks: false, stalls: false, anything: false, rules: [] }
    scores.push([`squawk ${squawkVersion}, any violation`, (one) => anyCounts(of(one))])
    scores.push([`squawk ${squawkVersion}, for that reason`, (one) => onlyHazards(of(one))])
  }
  console.log('')
  printColumns(
    ['who', 'breaking found', 'stalling found', 'false alarms on harmless', 'other danger than there is'],
    scores.map(([who, said]) => {
      const score = scoreOf(shown.map((one) => ({ ...one, said: said(one) })))
      return [
        who,
        share(score.breaking),
        share(score.stalling),
        share(score.falseAlarms),
        share(score.wrongKind),
      ]
    }),
  )
  if (!list) return
  for (const [who, said] of scores) {
    console.log(`\n${who}`)
    console.log(scoreOf(shown.map((one) => ({ ...one, said: said(one) }))).wrong.join('\n'))
  }
}

async function showAll(serverUrl: string, labels: ReadonlyMap<string, Label>): Promise<Shown[]> {
  const folder = await mkdtemp(join(tmpdir(), 'release-phase-corpus-'))
  const truths = truthsOf(async (options) => await createDatabaseOn(serverUrl, options))
  const shown: Shown[] = []
  try {
    for (const one of corpus) {
      const sql = await sqlOf(one, folder)
      const { name } = one
      const label = labels.get(name) ?? (await labelOf(one, sql, truths)).label
      const catalog = await truths.catalog(sceneOf(one))
      shown.push({
        name,
        sql,
        label,
        withoutDatabase: judged(one, sql),
        withCatalog: judged(one, sql, catalog),
      })
      if (process.stderr.isTTY) process.stderr.write(`\r${shown.length} of ${corpus.length}`)
    }
    return shown
  } finally {
    await truths.end()
    await rm(folder, { recursive: true, force: true })
  }
}

function printFamilies(shown: readonly Shown[]): void {
  const familyOf = ({ name }: Shown) => name.split(':')[0] ?? ''
  const families = [...new Set(shown.map(familyOf))]
  const row = (title: string, cases: readonly Shown[]) => [
    title,
    String(cases.length),
    String(cases.filter(({ label }) => label.breaks === 'yes').length),
    String(cases.filter(({ label }) => label.lock === 'work' || label.lock === 'avoidable').length),
    String(cases.filter(({ label }) => isHarmless(label)).length),
    String(cases.filter(({ label }) => label.fails).length),
  ]
  printColumns(
    ['corpus', 'cases', 'break running code', 'stall it', 'harmless', 'fail by themselves'],
    [
      ...families.map((name) =>
        row(
          name,
          shown.filter((one) => familyOf(one) === name),
        ),
      ),
      row('all', shown),
    ],
  )
}

const share = ({ found, of }: Count): string =>
  `${found} of ${of} (${of === 0 ? 0 : ((100 * found) / of).toFixed(1)}%)`

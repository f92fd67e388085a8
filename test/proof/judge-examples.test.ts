import { describe, expect, it } from 'vitest'
import type { Example } from '../../src/judge/rule.js'
import { allRules } from '../../src/judge/rules/all.js'
import { loadGrammar } from '../../src/judge/sql/grammar.js'
import { readStatements } from '../../src/judge/sql/statements.js'
import { connect } from '../../src/postgres/session.js'
import { readDatabaseUrl } from '../../src/postgres/url.js'
import { replayOn } from '../../src/proof/replay/observe.js'
import { readState, symptomsBetween } from '../../src/proof/replay/state.js'
import { statementsOf } from '../../src/proof/statements.js'
import type { Symptom } from '../../src/proof/verdict/symptom.js'
import { makeRole } from '../judge/support/truth.js'
import { createDatabase, onServer, serverMajor } from '../support/postgres.js'

const grammar = await loadGrammar()
const server = await serverMajor()
const isTooNew = ({ since }: Example) => since !== undefined && server < since

// `RULE=drop-column npx vitest run test/proof/judge-examples.test.ts` runs one.
const only = process.env['RULE']
// The schemas of a proof hold no rows that could be gone.
const ofRows = ['empty-table']
const rules = allRules.filter(
  ({ name, hazard, bad }) =>
    hazard === 'compatibility' &&
    bad.running !== undefined &&
    !ofRows.includes(name) &&
    (only === undefined || name === only),
)

describe.each(rules.map((rule) => [rule.name, rule] as const))('%s', (_, { bad, good }) => {
  it.skipIf(isTooNew(bad))(
    'what the judge says of its bad example, the proof sees in the queries',
    async () => {
      expect(await provedOn(bad)).not.toEqual([])
    },
  )

  it.skipIf(isTooNew(good))('in its good example the proof is sure of no harm', async () => {
    const errors = (await provedOn(good)).filter(({ severity }) => severity === 'error')
    expect(errors.map(({ query, said }) => `${query.sql} ${said}`)).toEqual([])
  })
})

async function provedOn({ before, files, running = '', role }: Example): Promise<Symptom[]> {
  const database = await createDatabase()
  const target = readDatabaseUrl(database.url, { source: 'DATABASE_URL' })
  const session = await connect(target, { applicationName: 'test', waitMs: 1000 })
  try {
    if (role !== undefined) await onServer(makeRole(role))
    await database.query(before)
    const queries = readStatements(running, grammar).map(({ sql }, index) => ({
      text: sql,
      name: `q${index}`,
      readAt: `q:${index}`,
      sites: [],
    }))
    const { statements } = statementsOf(queries, grammar)
    const replayer = await replayOn(session, { searchPath: 'public' })
    const then = await readState(replayer, statements)
    await replayer.prepareNamed(statements)
    const migrator = await database.connect()
    const symptoms: Symptom[] = []
    for (const file of files) {
      for (const { sql } of readStatements(file, grammar)) await migrator.query(sql)
      symptoms.push(...(await symptomsBetween(then, await readState(replayer, statements), replayer)))
    }
    return symptoms
  } finally {
    await session.end()
    await database.drop()
  }
}

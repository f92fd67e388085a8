import { DatabaseError } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadGrammar } from '../../src/judge/sql/grammar.js'
import { connect } from '../../src/postgres/session.js'
import { readDatabaseUrl } from '../../src/postgres/url.js'
import { replayOn } from '../../src/proof/replay/observe.js'
import { readState, symptomsBetween } from '../../src/proof/replay/state.js'
import { statementsOf } from '../../src/proof/statements.js'
import { fresh } from '../../src/proof/verdict/findings.js'
import type { Symptom } from '../../src/proof/verdict/symptom.js'
import { createDatabase, serverMajor, type TestDatabase } from '../support/postgres.js'
import { names } from './corpus/names.js'
import { base, type CodeQuery, type Pair } from './corpus/pair.js'
import { types } from './corpus/types.js'
import { writes } from './corpus/writes.js'

const grammar = await loadGrammar()
const server = await serverMajor()

// `PAIR="a default" npx vitest run test/proof/corpus.test.ts` runs those whose words begin so.
const only = process.env['PAIR'] ?? ''
const pairs = [...names, ...types, ...writes].filter(({ what }) => what.startsWith(only))

let template: TestDatabase
beforeAll(async () => {
  template = await createDatabase()
  await template.query(base)
})
afterAll(async () => {
  await template.drop()
})

it('there are at least sixty pairs', () => {
  expect(names.length + types.length + writes.length).toBeGreaterThanOrEqual(60)
})

describe.each(pairs)('$what', (pair: Pair) => {
  it.skipIf(pair.since !== undefined && server < pair.since)('is found', async () => {
    const { symptoms, met } = await held(pair, pair)
    expect(toldOf(pair, symptoms)).toBeDefined()
    expect(met).toBe(
      'error' in pair.finds ? pair.finds.error : 'warning' in pair.finds ? pair.finds.warning : undefined,
    )
  })

  it.skipIf(pair.since !== undefined && server < pair.since)('is not seen in its harmless twin', async () => {
    const { symptoms, met } = await held(pair, { ...pair, ...pair.twin })
    expect(met).toBeUndefined()
    expect(symptoms.filter(({ severity }) => severity !== 'note').map(({ said }) => said)).toEqual([])
  })
})

/** What was said of it that had to be said. */
function toldOf({ finds }: Pair, symptoms: readonly Symptom[]): Symptom | undefined {
  if ('silent' in finds) {
    const severity = finds.as ?? 'error'
    return symptoms.find((symptom) => symptom.rule === finds.silent && symptom.severity === severity)
  }
  const [severity, sqlstate] = 'error' in finds ? ['error', finds.error] : ['warning', finds.warning]
  return symptoms.find((symptom) => symptom.severity === severity && symptom.sqlstate === sqlstate)
}

interface Held {
  readonly symptoms: readonly Symptom[]
  /** The SQLSTATE with which the query fails when the running code sends it. */
  readonly met: string | undefined
}

async function held(
  { also }: Pick<Pair, 'also'>,
  pair: CodeQuery & Pick<Pair, 'migration' | 'also'>,
): Promise<Held> {
  const database = await createDatabase({ template: template.name })
  const session = await connect(readDatabaseUrl(database.url, { source: 'DATABASE_URL' }), {
    applicationName: 'test',
    waitMs: 1000,
  })
  try {
    if ((pair.also ?? also) !== undefined) await database.query(pair.also ?? also ?? '')
    const code = await database.connect()
    const run = {
      text: pair.query,
      values: [...(pair.values ?? [])],
      ...(pair.prepared ? { name: 'p' } : {}),
    }
    // The running code has sent it before; what it wrote is undone.
    await code.query('BEGIN')
    await code.query(run)
    await code.query('ROLLBACK')
    const query = { text: pair.query, readAt: 'q:1', sites: [], ...(pair.prepared ? { name: 'p' } : {}) }
    const { statements } = statementsOf([query], grammar)
    const replayer = await replayOn(session, { searchPath: 'public' })
    const before = await readState(replayer, statements)
    await replayer.prepareNamed(statements)
    await database.query(pair.migration)
    const symptoms = fresh(
      await symptomsBetween(before, await readState(replayer, statements), replayer),
      new Set(),
    )
    return { symptoms, met: await code.query(run).then(() => undefined, sqlstateOf) }
  } finally {
    await session.end()
    await database.drop()
  }
}

function sqlstateOf(error: unknown): string | undefined {
  if (error instanceof DatabaseError) return error.code
  throw error
}

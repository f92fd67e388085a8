import { DatabaseError, type Client, type QueryResult } from 'pg'
import { loadGrammar } from '../../../src/judge/sql/grammar.js'
import { readStatements } from '../../../src/judge/sql/statements.js'

const grammar = await loadGrammar()

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const lockNotAvailable = '55P03'

export interface Broken {
  readonly statement: string
  readonly sqlstate: string
  readonly message: string
  /** Only where the statement was prepared before the migration; sent anew it works. */
  readonly onlyPrepared: boolean
}

/** The running code: what it asks, and what it was told before the migration. */
export interface Code {
  /** Each statement that waits for longer than a moment, right now. */
  blocked(): Promise<string[]>
  askAgain(): Promise<{ readonly breaks: Broken | undefined; readonly differs: string | undefined }>
}

/** Asks every statement once, as sent anew and as prepared by name; throws when one does not work. */
export async function asCode(
  client: Client,
  running: string | undefined,
  role: string | undefined,
): Promise<Code> {
  await client.query('SET statement_timeout = 30000')
  if (role !== undefined) await client.query(`SET ROLE ${role}`)
  const statements = readStatements(running ?? '', grammar).map(({ sql }) => sql)
  const nameOf = (statement: string) => `statement_${statements.indexOf(statement)}`
  const answers = new Map<string, Answer>()
  for (const statement of statements) {
    const answer = await ask(client, statement)
    if ('sqlstate' in answer)
      throw new Error(`Running code must work before: ${statement}: ${answer.message}`)
    answers.set(statement, answer)
    await client.query(`PREPARE ${nameOf(statement)} AS ${statement}`)
  }
  return {
    blocked: async () => {
      await client.query(`SET lock_timeout = '500ms'`)
      const blocked: string[] = []
      for (const statement of statements) {
        const answer = await ask(client, statement)
        if ('sqlstate' in answer && answer.sqlstate === lockNotAvailable) blocked.push(statement)
      }
      await client.query('RESET lock_timeout')
      return blocked
    },
    askAgain: async () => {
      let breaks: Broken | undefined
      let differs: string | undefined
      for (const statement of statements) {
        const answer = await ask(client, statement)
        const prepared = await ask(client, `EXECUTE ${nameOf(statement)}`)
        const failed = 'sqlstate' in answer ? answer : 'sqlstate' in prepared ? prepared : undefined
        if (failed !== undefined) {
          // What fails however it is sent says more than what fails only when prepared.
          const onlyPrepared = failed === prepared
          if (breaks === undefined || (breaks.onlyPrepared && !onlyPrepared)) {
            breaks = { statement, ...failed, onlyPrepared }
          }
        }
        if (!('sqlstate' in answer) && JSON.stringify(answer) !== JSON.stringify(answers.get(statement)))
          differs ??= statement
      }
      return { breaks, differs }
    },
  }
}

type Answer = { readonly rows: unknown[] } | { readonly sqlstate: string; readonly message: string }

/** Asks in a transaction that is undone, so that it can be asked again; in one message, as there are many to ask. */
async function ask(client: Client, text: string): Promise<Answer> {
  try {
    const results: unknown = await client.query(`BEGIN; ${text}; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK`)
    const [, answer] = results as readonly QueryResult[]
    return { rows: answer?.rows ?? [] }
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    await client.query('ROLLBACK')
    return { sqlstate: error.code ?? '', message: error.message }
  }
}

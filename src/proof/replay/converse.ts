import type { Client, Submittable } from 'pg'
import type { Session } from '../../postgres/session.js'

/** A column of a result, as RowDescription has it; a table of 0 says that it is no column of a table. */
export interface AnsweredColumn {
  readonly name: string
  readonly typeOid: number
  readonly tableOid: number
  readonly tableColumn: number
}

export interface Refusal {
  readonly sqlstate: string
  readonly message: string
}

/** What the server says of a query that it has read and planned, but not run. */
export interface Answer {
  readonly parameterOids: readonly number[]
  readonly columns: readonly AnsweredColumn[]
  readonly refusal: Refusal | undefined
}

/** The messages of `pg` that a query of its own sends; its types leave them out. */
export interface Messages {
  parse(message: { readonly text: string; readonly name: string; readonly types: readonly number[] }): void
  describe(message: { readonly type: 'S' | 'P'; readonly name: string }): void
  bind(message: {
    readonly statement: string
    readonly portal: string
    readonly values: readonly null[]
  }): void
}

interface Wire extends Messages {
  sync(): void
  readonly stream: { cork(): void; uncork(): void }
  on(event: 'parameterDescription', listener: (message: Described) => void): void
  off(event: 'parameterDescription', listener: (message: Described) => void): void
}

interface Described {
  readonly dataTypeIDs: readonly number[]
}

/** What `pg` keeps to itself. */
interface Inside {
  readonly connection: Wire
  /** The next query may be sent. */
  readyForQuery: boolean
}

// So many at once that the round trips do not count, so few that neither side fills its buffers.
const atOnce = 50

/**
 * Sends questions without waiting for the answer to each, every one with a Sync of its own, so that one which is
 * refused takes no other with it. https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export async function converse(
  session: Session,
  questions: readonly ((to: Messages) => void)[],
): Promise<Answer[]> {
  const heard: Answer[] = []
  for (let start = 0; start < questions.length; start += atOnce) {
    heard.push(...(await inOneGo(session.client, questions.slice(start, start + atOnce))))
  }
  return heard
}

async function inOneGo(client: Client, questions: readonly ((to: Messages) => void)[]): Promise<Answer[]> {
  const inside = client as unknown as Inside
  const { connection } = inside
  const heard: Answer[] = []
  let current = nothing()
  const onParameters = ({ dataTypeIDs }: Described) => (current.parameterOids = dataTypeIDs)
  connection.on('parameterDescription', onParameters)
  try {
    return await new Promise((resolve, reject) => {
      const query = {
        submit: () => {
          connection.stream.cork()
          for (const question of questions) {
            question(connection)
            connection.sync()
          }
          connection.stream.uncork()
        },
        handleRowDescription: ({ fields }: { readonly fields: readonly Field[] }) => {
          current.columns = fields.map(columnOf)
        },
        handleError: (error: Error & { readonly code?: string }) => {
          const sqlstate = error.code ?? ''
          if (!/^[0-9A-Z]{5}$/.test(sqlstate) || sqlstate.startsWith('57P')) return reject(error)
          current.refusal = { sqlstate, message: error.message }
          // pg takes a query for done that has failed; the Sync of this one is still to be answered.
          goOnWith(client, query)
        },
        handleReadyForQuery: () => {
          heard.push(current)
          current = nothing()
          if (heard.length === questions.length) return resolve(heard)
          goOnWith(client, query)
          inside.readyForQuery = false
        },
        handleDataRow: ignore,
        handleCommandComplete: ignore,
        handleEmptyQuery: ignore,
        handlePortalSuspended: ignore,
      }
      client.query(query as unknown as Submittable)
    })
  } finally {
    connection.off('parameterDescription', onParameters)
  }
}

/** Has `pg` hand on what comes to this query, although it has seen the end of it. */
const goOnWith = (client: Client, query: unknown) => Reflect.set(client, '_activeQuery', query)

const ignore = () => undefined

const nothing = (): { -readonly [Key in keyof Answer]: Answer[Key] } => ({
  parameterOids: [],
  columns: [],
  refusal: undefined,
})

interface Field {
  readonly name: string
  readonly dataTypeID: number
  readonly tableID: number
  readonly columnID: number
}

const columnOf = ({ name, dataTypeID, tableID, columnID }: Field): AnsweredColumn => ({
  name,
  typeOid: dataTypeID,
  tableOid: tableID,
  tableColumn: columnID,
})

import type { Client, Submittable } from 'pg'
import type { Session } from '../../postgres/session.js'

/** A column of a result, as RowDescription has it; a table of 0 says that it is no column of a table. */
export interface AnsweredColumn {
  readonly name: string
  readonly typeOid: number
  readonly tableOid: number
  readonly tableColumn: number
}

/** What the server says of a query that it has read but not run. */
export interface Answer {
  readonly parameterOids: readonly number[]
  readonly columns: readonly AnsweredColumn[]
  readonly failure: Refusal | undefined
}

export interface Refusal {
  readonly sqlstate: string
  readonly message: string
}

export interface Asked {
  readonly text: string
  readonly name?: string
  /** OIDs of the parameters as the code sends them; 0, or none: the server finds out. */
  readonly types?: readonly number[]
}

/**
 * Has the server parse a query and describe it, under a name or none: Parse, Describe and Sync. Nothing runs.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
export async function describe(session: Session, { text, name = '', types = [] }: Asked): Promise<Answer> {
  let parameterOids: readonly number[] = []
  const onParameters = (message: { readonly dataTypeIDs: readonly number[] }) => {
    parameterOids = message.dataTypeIDs
  }
  const connection = connectionOf(session.client)
  connection.on('parameterDescription', onParameters)
  try {
    const { columns, failure } = await submit(session, (to) => {
      to.parse({ text, name, types })
      to.describe({ type: 'S', name })
      to.sync()
    })
    return { parameterOids, columns, failure }
  } finally {
    connection.off('parameterDescription', onParameters)
  }
}

/**
 * Binds a query that was parsed before to NULLs, which has the server read it anew and plan it, and with
 * `plan_cache_mode = force_generic_plan` without looking at them. It is not executed.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
export async function plan(session: Session, name: string, parameters: number): Promise<Refusal | undefined> {
  const { failure } = await submit(session, (to) => {
    to.bind({ statement: name, portal: '', values: Array.from({ length: parameters }, () => null) })
    to.sync()
  })
  return failure
}

/** Forgets a name, so that another query can have it. */
export async function forget(session: Session, name: string): Promise<void> {
  await submit(session, (to) => {
    to.close({ type: 'S', name })
    to.sync()
  })
}

/** The messages of `pg` that a query of its own sends; its types leave them out. */
interface Messages {
  parse(message: { readonly text: string; readonly name: string; readonly types: readonly number[] }): void
  describe(message: { readonly type: 'S' | 'P'; readonly name: string }): void
  bind(message: {
    readonly statement: string
    readonly portal: string
    readonly values: readonly null[]
  }): void
  close(message: { readonly type: 'S' | 'P'; readonly name: string }): void
  sync(): void
  on(event: 'parameterDescription', listener: (message: never) => void): void
  off(event: 'parameterDescription', listener: (message: never) => void): void
}

const connectionOf = (client: Client) => (client as unknown as { readonly connection: Messages }).connection

interface Heard {
  readonly columns: AnsweredColumn[]
  failure: Refusal | undefined
}

async function submit(session: Session, send: (to: Messages) => void): Promise<Heard> {
  return await new Promise((resolve, reject) => {
    const heard: Heard = { columns: [], failure: undefined }
    const query = {
      submit: (connection: unknown) => send(connection as Messages),
      handleRowDescription: (message: { readonly fields: readonly Field[] }) => {
        heard.columns.push(...message.fields.map(columnOf))
      },
      handleError: (error: Error & { readonly code?: string }) => {
        const sqlstate = error.code ?? ''
        if (!/^[0-9A-Z]{5}$/.test(sqlstate) || sqlstate.startsWith('57P')) reject(error)
        else resolve({ ...heard, failure: { sqlstate, message: error.message } })
      },
      handleReadyForQuery: () => resolve(heard),
      handleDataRow: nothing,
      handleCommandComplete: nothing,
      handleEmptyQuery: nothing,
      handlePortalSuspended: nothing,
    }
    session.client.query(query as unknown as Submittable)
  })
}

const nothing = () => undefined

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

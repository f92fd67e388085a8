import { open } from '../postgres/opening.js'
import { select, type Selected, type Selection } from '../story/selecting.js'
import { lookAtDatabase } from '../story/session.js'
import { appOf, historyTable, type World } from '../story/world.js'

/** What the live database says; it is only read, in a session that could not write. */
export interface Live {
  readonly serverVersion: number
  /** In which the running code's queries find their tables, as SQL takes it. */
  readonly searchPath: string
  readonly selected: Selected | undefined
}

/** Looks at the live database, where one is named. */
export async function lookAtLive(world: World, selection: Selection): Promise<Live | undefined> {
  if (world.config.databaseUrl === undefined) return undefined
  return await lookAtDatabase(world, async (session) => {
    const { serverVersion } = await open(session, {
      history: historyTable(world),
      fingerprint: undefined,
      app: appOf(world),
    })
    await session.query('SET default_transaction_read_only = on')
    const { rows } = await session.query<{ path: string }>(`SELECT current_setting('search_path') AS path`)
    const selected = selection.by === 'pending' ? await select(world, selection, session) : undefined
    return { serverVersion, searchPath: rows[0]?.path ?? 'public', selected }
  })
}

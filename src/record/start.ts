import { resolve } from 'node:path'
import { createCallSites } from './call-site.js'
import { onLoaded } from './loading.js'
import { isPgClient, isPgPool, watchQueries, type Watch } from './node-postgres.js'
import { isPostgresJsQuery, watchPostgresJs } from './postgres-js.js'
import { createWriter, defaultFolder } from './queries-file.js'
import { createRecorder } from './recorder.js'

export type RecordDriver = <Driver>(driver: Driver) => Driver

export interface Where {
  /** The folder that the process was started in. */
  readonly folder: string
  /** Where the queries go, as the person has it; empty: a file of the process's own in the default folder. */
  readonly file: string
  readonly pid: number
}

// Any copy of pg, whatever it was installed as; what a file exports decides.
const driverFiles = /[\\/](?:lib[\\/]client|pg-pool[\\/]index|cjs[\\/]src[\\/]query)\.js$/

/** Watches every copy of a driver that is loaded, from now on; what it returns watches those that it is given. */
export function start({ folder, file, pid }: Where): RecordDriver {
  const target =
    file === ''
      ? { path: resolve(folder, defaultFolder, `${pid}.jsonl`), isDefault: true }
      : { path: resolve(folder, file), isDefault: false }
  const watch: Watch = {
    recorder: createRecorder(createWriter(target)),
    // Its own frames are nobody's; in what ships this is the one file of the recorder.
    sites: createCallSites(folder, typeof __filename === 'string' ? __filename : undefined),
    pools: new Set(),
  }
  onLoaded(
    (filename) => driverFiles.test(filename),
    (filename, exported) => {
      if (isPgPool(exported)) watch.pools.add(filename)
      take(exported, watch)
      if (typeof exported === 'object' && exported !== null && 'Query' in exported)
        take(exported.Query, watch)
    },
  )
  return (driver) => {
    try {
      for (const part of partsOf(driver)) take(part, watch)
    } catch {
      // It goes on unrecorded.
    }
    return driver
  }
}

function take(given: unknown, watch: Watch): void {
  if (isPgClient(given) || isPgPool(given)) watchQueries(given, watch)
  else if (isPostgresJsQuery(given)) watchPostgresJs(given, watch)
}

function partsOf(driver: unknown): unknown[] {
  if ((typeof driver !== 'object' && typeof driver !== 'function') || driver === null) return []
  const { Client, Pool, default: whole, unsafe } = driver as Driver
  // postgres.js sends it only when somebody waits for it, and nobody does.
  const query: unknown = typeof unsafe === 'function' && 'options' in driver ? unsafe('SELECT 1') : undefined
  return [driver, Client, Pool, query?.constructor, ...(whole === driver ? [] : partsOf(whole))]
}

interface Driver {
  readonly Client?: unknown
  readonly Pool?: unknown
  readonly default?: unknown
  readonly unsafe?: unknown
}

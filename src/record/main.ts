import { start, type RecordDriver } from './start.js'

/** Two copies of the package record once. */
const once = Symbol.for('release-phase.record')

/**
 * Records the queries of a driver that `node --import release-phase/record` cannot find by itself: one in a bundle,
 * one that Jest has loaded, or postgres.js as an ES module (`record(sql)`). Takes the module `pg`, its `Client` or
 * `Pool`, or the `sql` of postgres.js; leaves anything else alone. Returns what it was given.
 */
export const record: RecordDriver = begin()

function begin(): RecordDriver {
  try {
    const others: unknown = Reflect.get(globalThis, once)
    if (typeof others === 'function') return others as RecordDriver
    const own = start({
      folder: workingFolder(),
      file: process.env['RELEASE_QUERIES_FILE']?.trim() ?? '',
      pid: process.pid,
    })
    Object.defineProperty(globalThis, once, { value: own })
    return own
  } catch {
    // The app is worth more than its record.
    return (driver) => driver
  }
}

function workingFolder(): string {
  try {
    return process.cwd()
  } catch {
    // It was removed; paths are told in full then.
    return '/'
  }
}

import { formatBytes } from '../../core/bytes.js'
import { shown } from '../finding.js'
import type { Advice } from '../rule.js'
import type { TableState } from '../state/table.js'

// Below this a scan or a rewrite is over before anybody has waited; above that it is not.
const tinyBytes = 1024 * 1024
const largeBytes = 100 * 1024 * 1024

/** Whether work on a table makes somebody wait: it is in use, and not known to be tiny. */
export function isBusy({ isNew, isFilled, catalog }: TableState): boolean {
  if (isNew) return isFilled
  return catalog === undefined || catalog.sizeBytes > tinyBytes || isFilled
}

/** Running code knows the table. */
export const isKnownToCode = ({ isNew }: TableState): boolean => !isNew

/** A lock hazard is a warning where the catalog says that the table is small, or nobody uses it yet; else an error. */
export const lockSeverity = ({ catalog, isNew }: TableState): Pick<Advice, 'severity'> =>
  isNew || (catalog !== undefined && catalog.sizeBytes < largeBytes) ? { severity: 'warning' } : {}

/** `orders` or `orders (41 GB)`, as a message names a table. */
export function named({ name, catalog }: TableState): string {
  return catalog === undefined ? shown(name) : `${shown(name)} (${formatBytes(catalog.sizeBytes)})`
}

/** Somebody would notice a short wait: the table is busy, and the catalog does not say that it is hardly used. */
export function isInUse(table: TableState): boolean {
  const uses = table.catalog?.usesPerSecond
  return isBusy(table) && (uses === undefined || uses >= 1)
}

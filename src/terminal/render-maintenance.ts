import { formatDuration } from '../core/duration.js'
import type { Holder } from '../core/holder.js'
import { describeHolder } from '../core/holder.js'
import { describeCloser, describeTypes, type MaintenanceRecord } from '../core/maintenance.js'
import { formatSince } from '../core/moment.js'
import type { MaintenanceOutcome } from '../core/outcome.js'

/** The lines of a release's summary about what it has closed, or found closed. */
export function renderMaintenanceOutcome(outcome: MaintenanceOutcome | undefined): string[] {
  if (outcome === undefined) return []
  const { on, reason, advice, renewed, closedMs } = outcome
  const up = renewed.length === 0 ? '' : `; up again: ${describeTypes(renewed)}`
  const closed = closedMs === undefined ? 'Opened again' : `Closed for ${formatDuration(closedMs)}`
  if (!on) return [`${closed}${up}.`]
  return [
    `Maintenance mode is still on: ${reason ?? 'a person has switched it on'}${up}.`,
    ...(advice === undefined ? [] : [`-> When the new dynos are up: ${advice}`]),
  ]
}

export interface RecordContext {
  readonly holders: readonly Holder[]
  readonly now: Date
}

/** What the ledger remembers of a closed app: who, since when, what is stopped, and what mends it. */
export function renderRecord(record: MaintenanceRecord, { holders, now }: RecordContext): string[] {
  const { app, since, stopped, wasOn } = record
  const types = stopped.filter(({ kept }) => !kept)
  return [
    `closed by ${describeCloser(record)} since ${formatSince(since, now)}`,
    ...(types.length === 0 ? [] : [`stopped: ${describeTypes(types)}`]),
    ...(wasOn ? ['maintenance mode was on before, and will stay on'] : []),
    ...mendOf(record, holders).map((line) => line.replaceAll('APP', app)),
  ]
}

function mendOf({ inReleasePhase }: MaintenanceRecord, holders: readonly Holder[]): string[] {
  if (holders.length > 0) return [`at work on it: ${holders.map(describeHolder).join('; ')}`]
  if (inReleasePhase) {
    return ['-> to be opened when the new dynos are up: release maintenance off --when-live --app APP']
  }
  return [
    '-> nobody is at work on it any more. Finish it, and open the app: release migrate --app APP',
    '-> or open it as it is: release maintenance off --app APP',
  ]
}

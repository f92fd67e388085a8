import { batchSize, cutIntoBatches } from '../../core/batch.js'
import { resumeCommand } from '../../core/restart-resume.js'
import {
  planRestart,
  unknownDynos,
  unknownTypes,
  type Dyno,
  type ProcessType,
  type RestartGroup,
  type RestartSelection,
  type Skip,
} from '../../core/restart.js'
import { listDynos } from '../dynos.js'
import { listFormation } from '../formation.js'
import type { Platform } from '../platform.js'
import { latestReleases } from '../releases.js'
import { unknownDynosError, unknownTypesError } from './errors.js'
import type { RestartOptions } from './report.js'

/** A process type and its dynos in the batches in which they are restarted. */
export interface BatchedGroup extends RestartGroup {
  readonly size: number
  readonly batches: readonly (readonly Dyno[])[]
}

/** What is to be restarted, and what was found before anything was. */
export interface PreparedRestart {
  readonly groups: readonly BatchedGroup[]
  readonly skipped: readonly Skip[]
  readonly dynos: readonly Dyno[]
  /** Heroku's clock. */
  readonly begunAt: Date
  /** The command that goes on if this is cut off. */
  readonly resume: string
  /** The version of a release whose release phase runs. */
  readonly pending: number | undefined
}

/**
 * Reads formation, dynos and the newest release, and plans. Rejects with a usage error for process types and dynos
 * that cannot be restarted.
 */
export async function prepareRestart(platform: Platform, options: RestartOptions): Promise<PreparedRestart> {
  const { app, types, dynos: names, olderThan, stuckSince, signal } = options
  const [formation, dynos, newest] = await Promise.all([
    listFormation(platform, app, { signal }),
    listDynos(platform, app, { signal }),
    latestReleases(platform, app, 1, { signal }),
  ])
  refuseUnknownTypes(app, types ?? [], formation)
  const unknown = unknownDynos(names ?? [], dynos, formation)
  if (unknown.length > 0) throw unknownDynosError(app, unknown, dynos, namesWithin(dynos, formation))
  const begunAt = platform.heardAt ?? new Date()
  const selection: RestartSelection = {
    types,
    dynos: names,
    stuckSince,
    olderThan: olderThan instanceof Date || olderThan === undefined ? olderThan : before(begunAt, olderThan),
  }
  const plan = planRestart(dynos, formation, selection)
  const batch = options.batch ?? { count: 1 }
  return {
    dynos,
    begunAt,
    skipped: plan.skipped,
    groups: plan.groups.map((group) => {
      const size = batchSize(batch, group.quantity)
      return { ...group, size, batches: cutIntoBatches(group.dynos, size) }
    }),
    resume: resumeCommand(app, selection, begunAt),
    pending: newest.find(({ status }) => status === 'pending')?.version,
  }
}

const before = (at: Date, { ageMs }: { readonly ageMs: number }): Date => new Date(at.getTime() - ageMs)

function namesWithin(dynos: readonly Dyno[], formation: readonly ProcessType[]): readonly string[] {
  const names = dynos.map(({ name }) => name).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const outside = unknownDynos(names, dynos, formation)
  return names.filter((name) => !outside.includes(name))
}

function refuseUnknownTypes(app: string, types: readonly string[], formation: readonly ProcessType[]): void {
  const unknown = unknownTypes(types, formation)
  if (unknown.length === 0) return
  const all = formation.map(({ type }) => type).toSorted()
  const refused = unknownTypes(all, formation)
  throw unknownTypesError(
    app,
    unknown,
    all.filter((type) => !refused.includes(type)),
  )
}

import type { Recording, SeenRequest } from '../recording.js'

/** The parts of a deploy, in their order. */
export const phaseNames = ['before', 'migration', 'boot', 'after'] as const
export type PhaseName = (typeof phaseNames)[number]

export const phaseTitles: Readonly<Record<PhaseName, string>> = {
  before: 'before',
  migration: 'during migration',
  boot: 'between migration and boot',
  after: 'after',
}

export interface Phase {
  readonly name: PhaseName
  readonly fromMs: number
  readonly toMs: number
}

/**
 * The parts of a recording. The migration is over when its last file is applied, or where nothing says when that was,
 * with the release phase; from then on running code meets the new schema, until new dynos alone get requests. A release
 * that failed has no part between migration and boot.
 */
export function phasesOf(recording: Recording): Phase[] {
  const { release, liveMs, endMs } = recording
  const migratedMs = Math.min(release.toMs, Math.max(release.fromMs, lastApplied(recording) ?? release.toMs))
  const bounds: readonly (readonly [PhaseName, number, number])[] = release.succeeded
    ? [
        ['before', 0, release.fromMs],
        ['migration', release.fromMs, migratedMs],
        ['boot', migratedMs, liveMs ?? endMs],
        ['after', liveMs ?? endMs, endMs],
      ]
    : [
        ['before', 0, release.fromMs],
        ['migration', release.fromMs, release.toMs],
        ['after', release.toMs, endMs],
      ]
  return bounds.map(([name, fromMs, toMs]) => ({ name, fromMs, toMs }))
}

function lastApplied({ steps }: Recording): number | undefined {
  const applied = steps.filter(({ outcome }) => outcome === 'applied').map(({ toMs }) => toMs)
  return applied.length === 0 ? undefined : Math.max(...applied)
}

/**
 * The part that a request belongs to: the one it was sent in, except that one which was under way when the release
 * phase began is no evidence about the time before.
 */
export function phaseAt(phases: readonly Phase[], { atMs, endMs }: SeenRequest): PhaseName {
  const at = (ms: number) => phases.findLast(({ fromMs }) => fromMs <= ms)?.name ?? 'before'
  return at(atMs) === 'before' ? at(endMs) : at(atMs)
}

import { isDown, isStartedBefore, planRestart, type Dyno, type ProcessType } from './restart.js'

/**
 * What there is to say of a dyno:
 * - `old-release`: it runs another release's code than the current one
 * - `stuck`: it has run since before the last migration finished, so it may remember the schema as it was
 * - `missing`: the formation has a place for it, and it is not there
 */
export type DynoVerdict = 'fine' | 'starting' | 'old-release' | 'stuck' | 'crashed' | 'missing'

export interface JudgedDyno {
  readonly type: string
  /** For a missing dyno of Fir, whose names are made up as they start, the process type. */
  readonly name: string
  /** No dyno of the formation: a one-off dyno, a Scheduler job, a release phase. No restart touches it. */
  readonly oneOff: boolean
  /** Undefined for a missing one, and so with the four below. */
  readonly state: string | undefined
  readonly size: string | undefined
  readonly releaseVersion: number | undefined
  /** When it was started. */
  readonly createdAt: Date | undefined
  /** When its state changed last. */
  readonly updatedAt: Date | undefined
  readonly verdict: DynoVerdict
}

export interface DynoFacts {
  readonly dynos: readonly Dyno[]
  readonly formation: readonly ProcessType[]
  /** True on Cedar, where dynos are `web.1`, `web.2`; on Fir they are `web-1234abcde-123ab`. */
  readonly numbered: boolean
  readonly currentVersion: number | undefined
  /** When the last migration finished, by the database's clock; undefined: not known. */
  readonly migratedAt: Date | undefined
  /** Names of the dynos that migrated, as far as the ledger knows; none of them is stuck. */
  readonly migratedBy: readonly string[]
}

/** Judges every dyno that is there, and names those that should be; web first, then by name. */
export function judgeDynos(facts: DynoFacts): readonly JudgedDyno[] {
  const outside = new Set(planRestart(facts.dynos, facts.formation).skipped.filter(isBystander).map(nameOf))
  const present = facts.dynos.map((dyno) => ({
    type: dyno.type,
    name: dyno.name,
    oneOff: outside.has(dyno.name),
    state: dyno.state,
    size: dyno.size,
    releaseVersion: dyno.releaseVersion,
    createdAt: new Date(dyno.createdAt),
    updatedAt: new Date(dyno.updatedAt),
    verdict: outside.has(dyno.name) ? judgeOutsider(dyno, facts) : judge(dyno, facts),
  }))
  return [...present, ...findMissing(facts, outside)].toSorted(
    (a, b) =>
      Number(b.type === 'web') - Number(a.type === 'web') ||
      a.name.localeCompare(b.name, 'en', { numeric: true }),
  )
}

const isBystander = ({ reason }: { reason: string }) =>
  reason === 'outside-formation' || reason === 'release-phase'
const nameOf = ({ dyno }: { dyno?: string }) => dyno

function judge(dyno: Dyno, facts: DynoFacts): DynoVerdict {
  if (isDown(dyno)) return 'crashed'
  // Asleep: what wakes it up boots it anew.
  if (dyno.state === 'idle') return 'fine'
  if (isOld(dyno, facts)) return 'old-release'
  if (isStuck(dyno, facts)) return 'stuck'
  return dyno.state === 'starting' ? 'starting' : 'fine'
}

function judgeOutsider(dyno: Dyno, facts: DynoFacts): DynoVerdict {
  // The release phase runs the code of a release that is not current yet, and may be the one that migrates.
  if (dyno.type === 'release') return 'fine'
  if (dyno.state === 'crashed') return 'crashed'
  // It runs nothing, and nobody misses it.
  if (dyno.state === 'down' || dyno.state === 'idle') return 'fine'
  if (isOld(dyno, facts)) return 'old-release'
  return isStuck(dyno, facts) && !facts.migratedBy.includes(dyno.name) ? 'stuck' : 'fine'
}

const isOld = ({ releaseVersion }: Dyno, { currentVersion }: DynoFacts) =>
  releaseVersion !== undefined && currentVersion !== undefined && releaseVersion < currentVersion

const isStuck = (dyno: Dyno, { migratedAt }: DynoFacts): boolean =>
  migratedAt !== undefined && isStartedBefore(dyno, migratedAt)

function findMissing(
  { dynos, formation, numbered }: DynoFacts,
  outside: ReadonlySet<string | undefined>,
): JudgedDyno[] {
  const names = new Set(dynos.map(({ name }) => name))
  return formation.flatMap(({ type, quantity }) => {
    const places = Array.from({ length: quantity }, (_, index) => `${type}.${index + 1}`)
    const there = dynos.filter((dyno) => dyno.type === type && !outside.has(dyno.name)).length
    const absent = numbered ? places.filter((name) => !names.has(name)) : places.slice(there).map(() => type)
    return absent.map((name) => ({
      type,
      name,
      oneOff: false,
      verdict: 'missing' as const,
      ...nothingKnown,
    }))
  })
}

const nothingKnown = {
  state: undefined,
  size: undefined,
  releaseVersion: undefined,
  createdAt: undefined,
  updatedAt: undefined,
}

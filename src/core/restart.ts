/** One dyno as the Platform API lists it. */
export interface Dyno {
  readonly id: string
  /** `web.1`; on Fir `web-1234abcde-123ab`. */
  readonly name: string
  readonly type: string
  /** `up`, `starting`, `crashed`, `down` or `idle`. */
  readonly state: string
  /** `Standard-1X`. */
  readonly size: string | undefined
  readonly releaseVersion: number | undefined
  /** When it was started; ISO 8601, to the second, and so is the next. */
  readonly createdAt: string
  /** When its state changed last. */
  readonly updatedAt: string
}

/** One line of the formation: how many dynos a process type should have. */
export interface ProcessType {
  readonly type: string
  readonly quantity: number
}

/** Why a dyno, or a whole process type, is left alone. */
export type SkipReason =
  /** The process type is scaled to zero. */
  | 'scaled-to-zero'
  /** The process type should have dynos and none is listed. */
  | 'no-dynos'
  /** Asleep: it boots when the next request comes. */
  | 'idle'
  /** No dyno of the formation: a one-off dyno, a Scheduler job, or one that is being scaled away. */
  | 'outside-formation'
  /** The release phase of another release. */
  | 'release-phase'
  /** It was started after the moment that was given. */
  | 'newer'
  /** It was replaced or stopped by something else after we began. */
  | 'gone'

export interface Skip {
  readonly type: string
  /** Undefined when the whole process type is meant. */
  readonly dyno?: string
  readonly reason: SkipReason
}

export interface RestartGroup {
  readonly type: string
  readonly quantity: number
  /** In the order of their restart. */
  readonly dynos: readonly Dyno[]
}

export interface RestartPlan {
  readonly groups: readonly RestartGroup[]
  readonly skipped: readonly Skip[]
}

/** Which dynos of the formation are meant; all of them where nothing is said, and all that is said must hold. */
export interface RestartSelection {
  readonly types?: readonly string[] | undefined
  /** Names of dynos. */
  readonly dynos?: readonly string[] | undefined
  /** Those that were started before this moment, and those that are down. */
  readonly olderThan?: Date | undefined
  /** Those that run, and were started before this moment. */
  readonly stuckSince?: Date | undefined
}

/** Process types whose dynos are never restarted, whatever the formation says. */
const neverRestarted: ReadonlySet<string> = new Set(['release', 'run'])

/**
 * Decides which dynos are restarted and in which order. Unknown names in the selection are for the caller to
 * refuse first, see `unknownTypes` and `unknownDynos`.
 *
 * Web comes last. A process that does not boot is then found where no visitor meets it, before any web dyno
 * was touched; and the workers, who read what web dynos enqueue, are new before the first new web dyno is.
 * Within a type, dynos that serve nobody (crashed, down, starting) come before those that do.
 */
export function planRestart(
  dynos: readonly Dyno[],
  formation: readonly ProcessType[],
  selection: RestartSelection = {},
): RestartPlan {
  const { types, dynos: names } = selection
  const wanted = formation
    .filter(({ type }) => !neverRestarted.has(type) && (types === undefined || types.includes(type)))
    .toSorted(webLast)
  const groups: RestartGroup[] = []
  const skipped: Skip[] = []
  for (const { type, quantity } of wanted) {
    const members = dynos.filter(
      (dyno) => dyno.type === type && isWithin(dyno, quantity) && (names?.includes(dyno.name) ?? true),
    )
    const awake = members
      .filter((dyno) => dyno.state !== 'idle' && isOldEnough(dyno, selection))
      .toSorted(idleHandsFirst)
    if (names !== undefined && members.length === 0) continue
    if (quantity === 0) skipped.push({ type, reason: 'scaled-to-zero' })
    else if (members.length === 0) skipped.push({ type, reason: 'no-dynos' })
    else if (awake.length > 0) groups.push({ type, quantity, dynos: awake })
    for (const dyno of members) {
      const reason =
        dyno.state === 'idle' ? 'idle' : isOldEnough(dyno, selection) ? undefined : ('newer' as const)
      if (reason !== undefined) skipped.push({ type, dyno: dyno.name, reason })
    }
  }
  return { groups, skipped: [...skipped, ...bystanders(dynos, formation)] }
}

/** Those of `types` that the formation does not have, or that are never restarted. */
export function unknownTypes(types: readonly string[], formation: readonly ProcessType[]): readonly string[] {
  const known = new Set(formation.map(({ type }) => type))
  return types.filter((type) => !known.has(type) || neverRestarted.has(type))
}

/** Those of `names` that are no dynos of the formation, or of process types that are never restarted. */
export function unknownDynos(
  names: readonly string[],
  dynos: readonly Dyno[],
  formation: readonly ProcessType[],
): readonly string[] {
  const outside = new Set(bystanders(dynos, formation).map(({ dyno }) => dyno))
  const known = dynos.map(({ name }) => name).filter((name) => !outside.has(name))
  return names.filter((name) => !known.includes(name))
}

/**
 * Finds the dyno that took the place of `old`, if it is listed yet. On Cedar it has the same name and
 * another id, or a later start; on Fir names change, so it is one of that type that was not `known` when
 * the restart was asked for.
 */
export function replacementOf(
  old: Dyno,
  known: ReadonlySet<string>,
  dynos: readonly Dyno[],
): Dyno | undefined {
  if (numberOf(old) === undefined) return dynos.find(({ type, id }) => type === old.type && !known.has(id))
  return dynos.find(
    (dyno) =>
      dyno.name === old.name &&
      (dyno.id !== old.id || Date.parse(dyno.createdAt) > Date.parse(old.createdAt)),
  )
}

/** Whether the formation still has a place for a dyno that is not among `dynos` any more. */
export function hasPlace(gone: Dyno, formation: readonly ProcessType[], dynos: readonly Dyno[]): boolean {
  const quantity = formation.find(({ type }) => type === gone.type)?.quantity ?? 0
  if (numberOf(gone) !== undefined) return isWithin(gone, quantity)
  return dynos.filter(({ type }) => type === gone.type).length < quantity
}

/** True for a dyno that runs nothing. */
export function isDown(dyno: Dyno): boolean {
  return dyno.state === 'crashed' || dyno.state === 'down'
}

/**
 * True for a dyno that was started before a moment, beyond doubt: Heroku tells times to the second, cutting off
 * the rest, so the same second is no proof.
 */
export function isStartedBefore(dyno: Dyno, moment: Date): boolean {
  return Date.parse(dyno.createdAt) < Math.floor(moment.getTime() / 1000) * 1000
}

function isOldEnough(dyno: Dyno, { olderThan, stuckSince }: RestartSelection): boolean {
  if (stuckSince !== undefined && (isDown(dyno) || !isStartedBefore(dyno, stuckSince))) return false
  return olderThan === undefined || isDown(dyno) || isStartedBefore(dyno, olderThan)
}

function webLast(a: ProcessType, b: ProcessType): number {
  return Number(a.type === 'web') - Number(b.type === 'web') || a.type.localeCompare(b.type)
}

function idleHandsFirst(a: Dyno, b: Dyno): number {
  const rank = (dyno: Dyno) => (isDown(dyno) ? 0 : dyno.state === 'starting' ? 1 : 2)
  return rank(a) - rank(b) || (numberOf(a) ?? 0) - (numberOf(b) ?? 0) || a.name.localeCompare(b.name)
}

/** The 2 of `web.2`; undefined for the names of Fir. */
function numberOf(dyno: Dyno): number | undefined {
  const digits = /\.(\d+)$/.exec(dyno.name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/**
 * A formation's dynos are numbered from one, so a `worker.4711` beside a quantity of 2 is a one-off dyno
 * that was given that process type, or is about to be scaled away.
 */
function isWithin(dyno: Dyno, quantity: number): boolean {
  return (numberOf(dyno) ?? 1) <= quantity
}

function bystanders(dynos: readonly Dyno[], formation: readonly ProcessType[]): readonly Skip[] {
  const quantities = new Map(formation.map(({ type, quantity }) => [type, quantity]))
  return dynos
    .filter((dyno) => neverRestarted.has(dyno.type) || !isWithin(dyno, quantities.get(dyno.type) ?? 0))
    .map(({ type, name }) => ({
      type,
      dyno: name,
      reason: type === 'release' ? ('release-phase' as const) : ('outside-formation' as const),
    }))
}

import type { Finding } from './finding.js'
import type { ProcessType } from './restart.js'

export const maintenancePolicies = ['never', 'auto', 'always'] as const
export type MaintenancePolicy = (typeof maintenancePolicies)[number]

export interface MaintenanceFacts {
  readonly policy: MaintenancePolicy
  readonly pendingCount: number
  /** What the judge says of what is pending. */
  readonly findings: readonly Finding[]
}

/** Whether a release closes the app while it migrates. */
export function wantsMaintenance({ policy, pendingCount, findings }: MaintenanceFacts): boolean {
  if (pendingCount === 0) return false
  return policy === 'always' || (policy === 'auto' && findings.some(isWaivedForMaintenance))
}

/** What breaks the code that is running, and whose waiver says that it runs in maintenance. */
const isWaivedForMaintenance = ({ hazard, waiver }: Finding) =>
  hazard === 'compatibility' && waiver !== undefined && /\bin maintenance\b/i.test(waiver.reason)

/** A process type as it was before it was stopped. */
export interface StoppedType extends ProcessType {
  /** Left running, and to be restarted: web in a Private Space, whose dynos carry the router. */
  readonly kept: boolean
  /** None of its dynos was up, so none need come up. */
  readonly wasDown: boolean
}

/** How far a release came behind maintenance mode. */
export type MaintenanceStage = 'closing' | 'migrating' | 'opening'

/** What a release has changed about an app, as the ledger keeps it until it is undone. */
export interface MaintenanceRecord {
  readonly appId: string
  readonly app: string
  /** A person had switched maintenance mode on before, so it stays on. */
  readonly wasOn: boolean
  /** Then the platform starts the processes, and the app is opened when they are up. */
  readonly inReleasePhase: boolean
  readonly stage: MaintenanceStage
  /** What is stopped; empty while a release phase has it, which stops nothing. */
  readonly stopped: readonly StoppedType[]
  /** Of the release whose phase this is; null: not known, or by hand. */
  readonly releaseVersion: number | null
  readonly dyno: string | null
  readonly who: string | null
  readonly since: Date
}

/** What is about to be stopped: every process type that has dynos, web first. */
export function typesToStop(
  formation: readonly ProcessType[],
  given: { readonly down: ReadonlySet<string>; readonly inPrivateSpace: boolean },
): readonly StoppedType[] {
  return formation
    .filter(({ quantity }) => quantity > 0)
    .toSorted((a, b) => Number(b.type === 'web') - Number(a.type === 'web') || a.type.localeCompare(b.type))
    .map(({ type, quantity }) => ({
      type,
      quantity,
      kept: type === 'web' && given.inPrivateSpace,
      wasDown: given.down.has(type),
    }))
}

export interface Starting {
  /** To be scaled to their quantity. */
  readonly scale: readonly StoppedType[]
  /** To be restarted. */
  readonly restart: readonly StoppedType[]
  /** Scaled by somebody else meanwhile, or gone with another release. */
  readonly left: readonly StoppedType[]
}

/** What brings the formation back to what it was, now that it is this. */
export function planStart(stopped: readonly StoppedType[], formation: readonly ProcessType[]): Starting {
  const now = new Map(formation.map(({ type, quantity }) => [type, quantity]))
  const isBack = ({ type, quantity }: StoppedType) => now.get(type) === quantity
  const others = stopped.filter(({ kept }) => !kept)
  return {
    scale: others.filter(({ type }) => now.get(type) === 0),
    restart: stopped.filter(({ kept, type }) => kept && (now.get(type) ?? 0) > 0),
    left: others.filter((each) => now.get(each.type) !== 0 && !isBack(each)),
  }
}

/** `web 2, worker 1` */
export const describeTypes = (types: readonly ProcessType[]): string =>
  types.map(({ type, quantity }) => `${type} ${quantity}`).join(', ')

/** `release migrate by hand by ann`, `the release phase of v42`. */
export function describeCloser({ inReleasePhase, releaseVersion, dyno, who }: MaintenanceRecord): string {
  if (inReleasePhase)
    return `the release phase of ${releaseVersion === null ? (dyno ?? 'a release') : `v${releaseVersion}`}`
  return dyno === null ? `release migrate by hand by ${who ?? 'somebody'}` : `release migrate in ${dyno}`
}

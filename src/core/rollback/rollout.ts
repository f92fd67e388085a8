import { planRestart, type Dyno, type ProcessType } from '../restart.js'

/** How far the platform is with replacing the dynos of an app by those of a release. */
export interface Rollout {
  /** Dynos of the release that are up, or asleep. */
  readonly up: readonly Dyno[]
  readonly crashed: readonly Dyno[]
  /** `web 1 of 2`, for each process type that lacks some. */
  readonly lacking: readonly string[]
}

/** Compares the dynos that are listed with the formation; `version` is the release's. */
export function judgeRollout(
  dynos: readonly Dyno[],
  formation: readonly ProcessType[],
  version: number,
): Rollout {
  const { groups, skipped } = planRestart(dynos, formation)
  const outside = new Set(skipped.filter(({ reason }) => reason !== 'idle').map(({ dyno }) => dyno))
  const isNew = ({ releaseVersion }: Dyno) => (releaseVersion ?? 0) >= version
  const members = dynos.filter((dyno) => !outside.has(dyno.name))
  const up = members.filter((dyno) => dyno.state === 'idle' || (dyno.state === 'up' && isNew(dyno)))
  const wanted = formation.filter(({ type, quantity }) => quantity > 0 && type !== 'release')
  const countOf = (type: string) => up.filter((dyno) => dyno.type === type).length
  return {
    up,
    crashed: groups.flatMap((group) => group.dynos).filter((dyno) => dyno.state === 'crashed' && isNew(dyno)),
    lacking: wanted
      .filter(({ type, quantity }) => countOf(type) < quantity)
      .map(({ type, quantity }) => `${type} ${countOf(type)} of ${quantity}`),
  }
}

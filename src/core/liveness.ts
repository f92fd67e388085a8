import { formatTime } from './moment.js'
import { planRestart, type Dyno, type ProcessType } from './restart.js'

export interface LivenessFacts {
  /** The newest ones. */
  readonly releases: readonly {
    readonly version: number
    readonly status: string
    readonly current: boolean
  }[]
  readonly formation: readonly ProcessType[]
  readonly dynos: readonly Dyno[]
  readonly preboot: boolean
  /** The release that must be live; null: whichever is current. */
  readonly version: number | null
  readonly now: Date
}

/** Live, or why not, as the end of a sentence; `hopeless`: waiting will not help. */
export type Liveness =
  | { readonly live: true }
  | { readonly live: false; readonly reason: string; readonly hopeless: boolean }

// https://devcenter.heroku.com/articles/preboot
const prebootMs = 3 * 60_000

const notYet = (reason: string): Liveness => ({ live: false, reason, hopeless: false })

/** Whether a release's code, and no older one, serves: it is current, and every dyno of the formation is up on it. */
export function judgeLiveness(facts: LivenessFacts): Liveness {
  const current = facts.releases.find((release) => release.current)
  if (current === undefined) return notYet('no release has succeeded yet')
  const version = facts.version ?? current.version
  if (current.version < version) return behind(facts, version, current.version)
  const { groups } = planRestart(facts.dynos, facts.formation)
  for (const { type, quantity } of facts.formation) {
    if (quantity === 0) continue
    const idle = facts.dynos.filter((dyno) => dyno.type === type && dyno.state === 'idle')
    const members = [...(groups.find((group) => group.type === type)?.dynos ?? []), ...idle]
    const old = members.find(({ releaseVersion }) => (releaseVersion ?? version) < version)
    if (old !== undefined) return notYet(`${old.name} runs v${old.releaseVersion}`)
    const waiting = members.find(({ state }) => state !== 'up' && state !== 'idle')
    if (waiting !== undefined) return notYet(`${waiting.name} is ${waiting.state}`)
    if (members.length < quantity) return notYet(`${members.length} of ${quantity} ${type} dynos are up`)
  }
  return facts.preboot ? afterPreboot(facts) : { live: true }
}

function behind({ releases }: LivenessFacts, wanted: number, current: number): Liveness {
  const status = releases.find(({ version }) => version === wanted)?.status
  if (status === 'failed' || status === 'expired') {
    return { live: false, reason: `v${wanted} ${status}, and v${current} is current`, hopeless: true }
  }
  return notYet(`v${wanted} is ${status ?? 'not listed'}`)
}

/** With preboot the old web dynos, which no list shows, serve until three minutes after the new ones were started. */
function afterPreboot({ dynos, now }: LivenessFacts): Liveness {
  const starts = dynos.filter(({ type }) => type === 'web').map(({ createdAt }) => Date.parse(createdAt))
  const until = new Date(Math.max(0, ...starts) + prebootMs)
  return until > now
    ? notYet(`preboot keeps old web dynos serving until ${formatTime(until)}`)
    : { live: true }
}

import type { Check } from '../core/check.js'
import type { Session } from '../postgres/session.js'
import type { World } from '../story/world.js'

/** A check that needs a session, by the name that its line has. */
export interface Look {
  readonly name: string
  readonly look: (at: LookAt) => Promise<Check>
}

export interface LookAt {
  readonly world: World
  /** Read-only. */
  readonly session: Session
  /** `server_version_num`, such as 170004. */
  readonly serverVersion: number
}

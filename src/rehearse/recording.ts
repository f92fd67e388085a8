/**
 * What a rehearsal has seen. Times are milliseconds since the traffic began, unless a name says otherwise.
 */
export interface Recording {
  readonly startedAt: Date
  readonly requests: readonly SeenRequest[]
  readonly lives: readonly Life[]
  /** What web dynos wrote, oldest first. */
  readonly lines: readonly AppLine[]
  readonly release: ReleasePhase
  readonly steps: readonly Step[]
  /** When all dynos ran the new code and it alone got requests; undefined: that never was. */
  readonly liveMs: number | undefined
  readonly endMs: number
  /** Why the new code is not live, where its release phase was no reason. */
  readonly trouble: string | undefined
}

/** One request, as the router saw it. */
export interface SeenRequest {
  readonly atMs: number
  readonly endMs: number
  readonly method: string
  readonly path: string
  readonly status: number
  /** The router's own error, such as H10. */
  readonly code: string | undefined
  readonly dyno: string | undefined
  readonly version: number | undefined
  /** How a failure's answer begins. */
  readonly excerpt: string | undefined
}

/** One dyno from its start to its end. Before zero means before the traffic began. */
export interface Life {
  readonly id: string
  readonly dyno: string
  readonly type: string
  readonly version: number
  readonly fromMs: number
  readonly upMs?: number
  /** A web dyno: from when on the router sent it requests, and until when. */
  readonly servesMs?: number
  readonly servedMs?: number
  readonly crashedMs?: number
  readonly endMs?: number
}

export interface AppLine {
  readonly atMs: number
  readonly dyno: string
  readonly text: string
}

/** The release phase of the new code; without a command it took no time. */
export interface ReleasePhase {
  readonly version: number
  readonly succeeded: boolean
  readonly hasCommand: boolean
  readonly fromMs: number
  readonly toMs: number
  readonly output: readonly string[]
}

/** A migration of the release phase, as the ledger has it. */
export interface Step {
  readonly name: string
  readonly outcome: 'applied' | 'failed' | 'interrupted'
  readonly fromMs: number
  readonly toMs: number
}

/** What to do, and with what, once everything is at hand. */
export interface Stage {
  readonly base: Code
  readonly next: Code
  /** For both versions, `DATABASE_URL` of the scratch database among them. */
  readonly configVars: Readonly<Record<string, string>>
  /** What a command of the traffic finds in its environment besides these. */
  readonly commandEnvironment: Readonly<Record<string, string>>
  /** Migrations that ended after this time; here their times are those of this machine's clock, since 1970. */
  readonly readSteps: (since: Date) => Promise<readonly Step[]>
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/** Code that is ready to run. */
export interface Code {
  readonly folder: string
  /** `origin/main (1a2b3c4)`, `the work tree`. */
  readonly shown: string
  readonly commit: string
}

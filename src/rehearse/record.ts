import type { LocalApp } from '../local-heroku/local-app.js'
import type { RequestOutcome } from '../local-heroku/router/stats.js'
import type { AppLine, Life, SeenRequest } from './recording.js'

/** Writes down what an app on the local Heroku goes through. */
export interface Recorder {
  /** Milliseconds of this machine's clock at which the traffic began: all times count from here. */
  readonly beginMs: number
  nowMs(): number
  requests(): readonly SeenRequest[]
  lives(): readonly Life[]
  lines(): readonly AppLine[]
  stop(): void
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

const before = -1

// An app that writes without end must not fill the memory.
const keptLines = 20_000

/** Begins to write down; the dynos that run already began before zero. */
export function record(app: LocalApp): Recorder {
  const beginMs = Date.now()
  const nowMs = () => Date.now() - beginMs
  const requests: SeenRequest[] = []
  const lines: AppLine[] = []
  const lives = new Map<string, Mutable<Life>>()
  lookAt(app, lives, before)
  const look = () => lookAt(app, lives, nowMs())
  const unfollow = [
    app.followChanges(look),
    app.router.stats.follow((outcome: RequestOutcome) => requests.push(requestOf(outcome, beginMs))),
    app.followLogs(({ at, source, dyno, text }) => {
      if (source !== 'app' || dyno === 'api' || lines.length >= keptLines) return
      lines.push({ atMs: at.getTime() - beginMs, dyno, text })
    }),
  ]
  return {
    beginMs,
    nowMs,
    requests: () => requests,
    lives: () => [...lives.values()],
    lines: () => lines,
    stop: () => {
      for (const end of unfollow) end()
    },
  }
}

/** Notes, for each dyno, what is so for the first time. */
function lookAt(app: LocalApp, lives: Map<string, Mutable<Life>>, atMs: number): void {
  const dynos = [...app.dynos(), ...app.hiddenDynos()]
  const serving = new Set(app.servingDynos().map(({ id }) => id))
  for (const { id, name, type, state, release } of dynos) {
    const life = lives.get(id) ?? { id, dyno: name, type, version: release.version, fromMs: atMs }
    lives.set(id, life)
    if (state === 'up') life.upMs ??= atMs
    if (state === 'crashed') life.crashedMs ??= atMs
    if (serving.has(id) && state === 'up') life.servesMs ??= atMs
    if (!serving.has(id) && life.servesMs !== undefined) life.servedMs ??= atMs
  }
  const there = new Set(dynos.map(({ id }) => id))
  for (const life of lives.values()) {
    if (there.has(life.id)) continue
    if (life.servesMs !== undefined) life.servedMs ??= atMs
    life.endMs ??= atMs
  }
}

function requestOf(outcome: RequestOutcome, beginMs: number): SeenRequest {
  const { at, serviceMs, method, path, status, code, dyno, releaseVersion, excerpt } = outcome
  const endMs = at.getTime() - beginMs
  return {
    atMs: endMs - serviceMs,
    endMs,
    method,
    path,
    status,
    code,
    dyno,
    version: releaseVersion,
    excerpt,
  }
}

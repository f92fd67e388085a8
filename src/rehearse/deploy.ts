import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '../core/duration.js'
import { failedError } from '../core/errors.js'
import type { LocalApp } from '../local-heroku/local-app.js'
import { startLocalHeroku } from '../local-heroku/start.js'
import { lastOf, startBase } from './base.js'
import { record, type Recorder } from './record.js'
import type { Recording, ReleasePhase, Stage } from './recording.js'
import { startTrafficCommand } from './traffic/command.js'
import { startRequests, type RunningTraffic } from './traffic/send.js'
import type { Traffic } from './traffic/source.js'
import { untilLive, untilServed } from './until.js'
import type { Wishes } from './wishes.js'

/**
 * The deploy: the base runs under traffic, the next version is released, and all that happens is written down.
 * Rejects with `rehearsal-base` (1) where the base itself does not run, with `rehearsal-traffic` (1) where no request
 * succeeds before the deploy, and with the signal's reason. Everything it starts has ended when it settles.
 */
export async function deploy(stage: Stage, wishes: Wishes, traffic: Traffic): Promise<Recording> {
  const { signal } = stage
  const heroku = await startLocalHeroku({ timing: { prebootOverlapMs: wishes.overlapMs } })
  const running: { traffic?: RunningTraffic } = {}
  // Every wait for the local Heroku ends when that is closed.
  const close = () => void heroku.close()
  signal.addEventListener('abort', close, { once: true })
  try {
    signal.throwIfAborted()
    const app = await heroku.createApp({
      name: 'rehearsal',
      configVars: stage.configVars,
      preboot: wishes.preboot,
      dynoMetadata: true,
    })
    await startBase(stage, wishes, app)
    const recorder = record(app)
    running.traffic = startTraffic(stage, wishes, traffic, app)
    return await rehearseOn(stage, wishes, { app, recorder, traffic: running.traffic })
  } finally {
    signal.removeEventListener('abort', close)
    // What is still under way ends with the router, so that nobody waits for it after Ctrl-C.
    if (signal.aborted) await heroku.close()
    await running.traffic?.stop()
    await heroku.close()
  }
}

function startTraffic(stage: Stage, wishes: Wishes, traffic: Traffic, app: LocalApp): RunningTraffic {
  for (const remark of traffic.remarks) stage.say(remark)
  const { perSecond, headers } = wishes
  if (traffic.by === 'requests') {
    return startRequests({ url: app.routerUrl, requests: traffic.requests, perSecond, headers })
  }
  return startTrafficCommand({
    command: traffic.command,
    folder: stage.next.folder,
    env: { ...stage.commandEnvironment, ...stage.configVars, BASE_URL: app.routerUrl },
  })
}

interface Scene {
  readonly app: LocalApp
  readonly recorder: Recorder
  readonly traffic: RunningTraffic
}

async function rehearseOn(stage: Stage, wishes: Wishes, scene: Scene): Promise<Recording> {
  const { signal, say } = stage
  const { app, recorder, traffic } = scene
  if (!(await untilServed(app, signal))) throw nothingServed(scene)
  say(`${stage.base.shown} serves; in ${formatDuration(wishes.steadyMs)} ${stage.next.shown} is released`)
  await sleep(wishes.steadyMs, undefined, { signal }).catch(() => undefined)
  signal.throwIfAborted()
  const release = await releaseNext(stage, scene)
  if (release.succeeded) scaleNew(app, wishes)
  const live = release.succeeded ? await untilLive(app, release.version, signal) : undefined
  const liveMs = live?.live === true ? recorder.nowMs() : undefined
  signal.throwIfAborted()
  say(
    live?.live === true
      ? `${stage.next.shown} serves`
      : (live?.why ?? 'the release failed; the base serves on'),
  )
  await sleep(wishes.steadyMs, undefined, { signal }).catch(() => undefined)
  const endMs = recorder.nowMs()
  await traffic.stop()
  signal.throwIfAborted()
  recorder.stop()
  const since = new Date(recorder.beginMs)
  const steps = await stage.readSteps(since)
  return {
    release,
    liveMs,
    startedAt: since,
    requests: recorder.requests().filter(({ atMs }) => atMs >= 0 && atMs <= endMs),
    lives: recorder.lives(),
    lines: recorder.lines(),
    steps: steps.map((step) => ({
      ...step,
      fromMs: step.fromMs - recorder.beginMs,
      toMs: step.toMs - recorder.beginMs,
    })),
    endMs: recorder.requests().reduce((last, request) => Math.max(last, request.endMs), endMs),
    trouble: live?.why,
  }
}

async function releaseNext({ next, say }: Stage, { app, recorder }: Scene): Promise<ReleasePhase> {
  const output: string[] = []
  const fromMs = recorder.nowMs()
  const { version, status } = await app.push(next.folder, {
    commit: next.commit,
    description: next.shown,
    onLine: (line) => {
      output.push(line)
      say(`  ${line}`)
    },
  })
  const hasCommand = recorder.lives().some(({ type, version: of }) => type === 'release' && of === version)
  return { version, hasCommand, fromMs, output, succeeded: status === 'succeeded', toMs: recorder.nowMs() }
}

function nothingServed({ app, traffic }: Scene) {
  const { requests, failures } = app.router.stats
  const seen = failures.slice(0, 5).map(({ method, path, status, excerpt }) => {
    return `${method} ${path} ${status} ${excerpt?.split('\n')[0] ?? ''}`.trimEnd()
  })
  const logged = app.logs({ source: 'app' }).map(({ dyno, text }) => `${dyno}: ${text}`)
  return failedError(
    'rehearsal-traffic',
    requests === 0
      ? 'The traffic made no request to BASE_URL.'
      : 'No request succeeded before the deploy, so the traffic or the running code is wrong.',
    {
      detail: [...seen, ...traffic.said().slice(-5), ...lastOf(logged, 5)],
      todo: ['Nothing was released. Mend --traffic, or fill the database with --seed.'],
    },
  )
}

/** A process type that only the new code has gets no dynos by itself. */
function scaleNew(app: LocalApp, { types }: Wishes): void {
  for (const { type, quantity } of app.formation()) {
    const wished = types.get(type)
    if (wished !== undefined && wished !== quantity) app.scale(type, wished)
  }
}

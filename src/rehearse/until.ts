import type { LocalApp } from '../local-heroku/local-app.js'

const servedMs = 20_000

/** Waits for the first request that succeeds; false: there was none in twenty seconds. */
export async function untilServed(app: LocalApp, signal: AbortSignal): Promise<boolean> {
  const { stats } = app.router
  return (
    (await first(
      servedMs,
      () => (stats.served > 0 ? true : undefined),
      (look) => stats.follow(look),
      signal,
    )) ?? false
  )
}

// A dyno has a minute to boot, and one that crashed is started again once.
const liveMs = 135_000
// One that is still down then has crashed twice, and rests for a long time.
const crashedMs = 2000

/** Waits until the router sends requests to this release alone, and all other dynos run it; with why not, else. */
export async function untilLive(
  app: LocalApp,
  version: number,
  signal: AbortSignal,
): Promise<{ readonly live: boolean; readonly why: string | undefined }> {
  const isNew = (dyno: { readonly state: string; readonly release: { readonly version: number } }) =>
    dyno.state === 'up' && dyno.release.version === version
  const listed = () => app.dynos().filter(({ type }) => type !== 'release' && type !== 'run')
  let crashedAtMs: number | undefined
  const look = () => {
    if (listed().every(isNew) && app.servingDynos().every(isNew)) return true
    const crashed = listed().some(({ state }) => state === 'crashed')
    crashedAtMs = crashed ? (crashedAtMs ?? performance.now()) : undefined
    return crashedAtMs !== undefined && performance.now() - crashedAtMs > crashedMs ? false : undefined
  }
  const follow = (again: () => void) => {
    const timer = setInterval(again, crashedMs / 4)
    const unfollow = app.followChanges(again)
    return () => {
      clearInterval(timer)
      unfollow()
    }
  }
  const live = await first(liveMs, look, follow, signal)
  if (live === true) return { live, why: undefined }
  const down = app.dynos().filter((dyno) => !isNew(dyno))
  const names = down.map(({ name, state }) => `${name} ${state}`).join(', ')
  return { live: false, why: `the new dynos did not come up: ${names}` }
}

/** The first value that `read` has, looking again whenever `follow` calls; undefined after `deadlineMs`. */
async function first<Value>(
  deadlineMs: number,
  read: () => Value | undefined,
  follow: (look: () => void) => () => void,
  signal: AbortSignal,
): Promise<Value | undefined> {
  return await new Promise((resolve) => {
    const look = () => {
      const value = read()
      if (value !== undefined || signal.aborted) finish(value)
    }
    const finish = (value: Value | undefined) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', look)
      unfollow()
      resolve(value)
    }
    const timer = setTimeout(() => finish(read()), deadlineMs)
    const unfollow = follow(() => queueMicrotask(look))
    signal.addEventListener('abort', look)
    queueMicrotask(look)
  })
}

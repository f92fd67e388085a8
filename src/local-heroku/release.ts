import { randomUUID } from 'node:crypto'
import { createOutput, type Output } from './output.js'
import type { Slug } from './slug.js'

/** A version of an app: code and config vars, and what became of its release phase. */
export interface Release {
  readonly id: string
  readonly version: number
  readonly description: string
  readonly slug: Slug | null
  readonly configVars: Readonly<Record<string, string>>
  readonly user: string
  readonly createdAt: Date
  readonly updatedAt: Date
  /** `expired`: its code is not kept any more. */
  readonly status: 'expired' | 'failed' | 'pending' | 'succeeded'
  /** What the release phase printed; undefined when there is no release phase. */
  readonly output: Output | undefined
}

export interface ReleaseWish {
  readonly slug: Slug | null
  readonly configVars: Readonly<Record<string, string>>
  readonly description: string
  readonly user: string
  /** Each line of the release phase's output, as it comes. */
  onLine?(line: string): void
}

export interface ReleasesOptions {
  /** Whether release phases of one app may run side by side. Nobody outside Heroku knows: try both. */
  readonly releasePhases: 'overlap' | 'queue'
  /** Runs the release command and resolves with its exit status. */
  runPhase(release: Release, command: string, onLine: (line: string) => void): Promise<number>
  /** Called when a release has succeeded and no newer one is current. */
  onCurrent(release: Release): void
  onCreated(release: Release): void
  onSettled(release: Release): void
}

export interface Releases {
  all(): readonly Release[]
  current(): Release | undefined
  /** The newest one that has not failed: what a further change starts from. */
  newest(): Release | undefined
  find(idOrVersion: string): Release | undefined
  /** As Heroku does with old releases of an app that has many. */
  expire(release: Release): void
  /** The release exists at once; `settled` resolves when its release phase is over, whatever the result. */
  create(wish: ReleaseWish): { readonly release: Release; readonly settled: Promise<Release> }
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

/** Keeps the releases of an app and runs their release phases. */
export function createReleases(options: ReleasesOptions): Releases {
  const all: Mutable<Release>[] = []
  let current: Release | undefined
  let lastPhase: Promise<unknown> = Promise.resolve()

  return {
    all: () => all,
    current: () => current,
    newest: () => all.findLast(({ status }) => status !== 'failed'),
    find: (wanted) =>
      all.find((each) => each.id === wanted || String(each.version) === wanted.replace(/^v/, '')),
    expire: (wanted) => {
      const release = all.find((each) => each === wanted)
      if (release !== undefined) release.status = 'expired'
    },
    create: (wish) => {
      const command = wish.slug?.processTypes['release']
      const release = begin(wish, command !== undefined)
      all.push(release)
      options.onCreated(release)
      if (command === undefined) {
        settle(release, 'succeeded')
        return { release, settled: Promise.resolve(release) }
      }
      const settled = runPhase(release, command, wish)
      lastPhase = settled
      return { release, settled }
    },
  }

  function begin(wish: ReleaseWish, hasPhase: boolean): Mutable<Release> {
    const now = new Date()
    return {
      id: randomUUID(),
      version: all.length + 1,
      description: wish.description,
      slug: wish.slug,
      configVars: wish.configVars,
      user: wish.user,
      createdAt: now,
      updatedAt: now,
      status: 'pending',
      output: hasPhase ? createOutput() : undefined,
    }
  }

  async function runPhase(release: Mutable<Release>, command: string, wish: ReleaseWish): Promise<Release> {
    if (options.releasePhases === 'queue') await lastPhase
    const status = await options.runPhase(release, command, (line) => {
      release.output?.write(line)
      wish.onLine?.(line)
    })
    settle(release, status === 0 ? 'succeeded' : 'failed')
    release.output?.end()
    return release
  }

  function settle(release: Mutable<Release>, status: 'failed' | 'succeeded'): void {
    release.status = status
    release.updatedAt = new Date()
    if (status === 'succeeded' && release.version > (current?.version ?? 0)) {
      current = release
      options.onCurrent(release)
    }
    options.onSettled(release)
  }
}

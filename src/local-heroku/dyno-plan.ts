import type { DynoPlan } from './dyno.js'
import { dynoEnvironment, type EnvironmentOptions } from './environment.js'
import type { Release } from './release.js'

export interface PlanWish {
  readonly type: string
  readonly name: string
  readonly size: string
  readonly release: Release
  /** Default the command of the type in the release's Procfile. */
  readonly command?: string
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly oneOff?: boolean
  onLine?(text: string): void
}

/** What to run for a dyno of a release. A release without a slug has nothing to run, which is an error. */
export function planDyno(app: EnvironmentOptions['app'], wish: PlanWish): DynoPlan {
  const { type, name, size, release } = wish
  const { slug } = release
  if (slug === null) throw new Error(`v${release.version} of ${app.name} has no slug to run.`)
  return {
    type,
    name,
    size,
    command: wish.command ?? slug.processTypes[type] ?? '',
    release: { id: release.id, version: release.version },
    folder: slug.folder,
    oneOff: wish.oneOff ?? false,
    environment: ({ id, port }) =>
      dynoEnvironment({ app, release, slug, dyno: { id, name, port }, extra: wish.env ?? {} }),
    onLine: (text) => wish.onLine?.(text),
  }
}

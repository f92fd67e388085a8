import { randomUUID } from 'node:crypto'
import type { App } from './app.js'
import { promote } from './deploy.js'
import type { Pipeline } from './pipeline.js'
import type { Release } from './release.js'

/** The code of one app of a pipeline, released in others. */
export interface Promotion {
  readonly id: string
  readonly pipeline: Pipeline
  readonly source: { readonly app: App; readonly release: Release }
  readonly targets: readonly PromotionTarget[]
  readonly createdAt: Date
}

/** A release in another app; its release phase decides what becomes of it. */
export interface PromotionTarget {
  readonly id: string
  readonly app: App
  readonly release: Release
}

/** Releases the current code of `app` in each of `targets`, all at once. Throws when it has none. */
export function startPromotion(pipeline: Pipeline, app: App, targets: readonly App[]): Promotion {
  const started = targets.map((target) => ({
    id: randomUUID(),
    app: target,
    release: promote(app, target).release,
  }))
  const release = app.releases.current()
  if (release === undefined) throw new Error(`${app.name} has no release to promote.`)
  return { id: randomUUID(), pipeline, source: { app, release }, targets: started, createdAt: new Date() }
}

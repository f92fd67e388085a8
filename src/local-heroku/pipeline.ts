import { randomUUID } from 'node:crypto'

export type Stage = 'development' | 'production' | 'review' | 'staging' | 'test'

/** Puts an app in a stage of a pipeline. */
export interface Coupling {
  readonly id: string
  readonly appId: string
  readonly stage: Stage
  readonly createdAt: Date
}

export interface Pipeline {
  readonly id: string
  readonly name: string
  readonly createdAt: Date
  couplings(): readonly Coupling[]
  /** Puts an app in a stage; an app that is in one already moves. */
  add(app: { readonly id: string }, stage: Stage): Coupling
}

/** Makes a pipeline without apps. */
export function createPipeline(name: string): Pipeline {
  const couplings = new Map<string, Coupling>()
  return {
    id: randomUUID(),
    name,
    createdAt: new Date(),
    couplings: () => [...couplings.values()],
    add: (app, stage) => {
      const coupling = { id: randomUUID(), appId: app.id, stage, createdAt: new Date() }
      couplings.set(app.id, coupling)
      return coupling
    },
  }
}

import { describe, expect, it } from 'vitest'
import {
  hasPlace,
  planRestart,
  replacementOf,
  unknownDynos,
  unknownTypes,
  type Dyno,
  type RestartSelection,
} from '../../src/core/restart.js'

function dyno(name: string, state = 'up', more: Partial<Dyno> = {}): Dyno {
  const type = name.split(/[.-]/)[0] ?? ''
  return {
    id: `id of ${name}`,
    name,
    type,
    state,
    size: 'Standard-1X',
    releaseVersion: 7,
    createdAt: '2026-01-01T00:00:00Z',
    updatedAt: '2026-01-01T00:00:00Z',
    ...more,
  }
}

function orderOf(dynos: readonly Dyno[], formation: Record<string, number>, selection?: RestartSelection) {
  const lines = Object.entries(formation).map(([type, quantity]) => ({ type, quantity }))
  const plan = planRestart(dynos, lines, selection)
  return { names: plan.groups.flatMap((group) => group.dynos.map(({ name }) => name)), skipped: plan.skipped }
}

describe('the plan of a rolling restart', () => {
  it('takes the process types by name, and web last', () => {
    const dynos = [dyno('web.1'), dyno('worker.1'), dyno('clock.1')]
    expect(orderOf(dynos, { web: 1, worker: 1, clock: 1 }).names).toEqual(['clock.1', 'worker.1', 'web.1'])
  })

  it('takes dynos of a type by number', () => {
    const dynos = [10, 2, 1].map((number) => dyno(`web.${number}`))
    expect(orderOf(dynos, { web: 10 }).names).toEqual(['web.1', 'web.2', 'web.10'])
  })

  it('takes those that serve nobody first', () => {
    const dynos = [dyno('web.1'), dyno('web.2', 'starting'), dyno('web.3', 'crashed'), dyno('web.4', 'down')]
    expect(orderOf(dynos, { web: 4 }).names).toEqual(['web.3', 'web.4', 'web.2', 'web.1'])
  })

  it('leaves release dynos, one-off dynos and whatever the formation does not have', () => {
    const dynos = [
      dyno('web.1'),
      dyno('release.4711'),
      dyno('run.1234'),
      dyno('scheduler.99'),
      dyno('web.5555'),
    ]
    const { names, skipped } = orderOf(dynos, { web: 1, release: 0, run: 5 })
    expect(names).toEqual(['web.1'])
    expect(skipped).toEqual([
      { type: 'release', dyno: 'release.4711', reason: 'release-phase' },
      { type: 'run', dyno: 'run.1234', reason: 'outside-formation' },
      { type: 'scheduler', dyno: 'scheduler.99', reason: 'outside-formation' },
      { type: 'web', dyno: 'web.5555', reason: 'outside-formation' },
    ])
  })

  it('leaves a dyno that is asleep', () => {
    const { names, skipped } = orderOf([dyno('web.1', 'idle'), dyno('web.2')], { web: 2 })
    expect(names).toEqual(['web.2'])
    expect(skipped).toEqual([{ type: 'web', dyno: 'web.1', reason: 'idle' }])
  })

  it('says which types are scaled to zero and which have no dynos', () => {
    expect(orderOf([], { web: 0, worker: 2 })).toEqual({
      names: [],
      skipped: [
        { type: 'worker', reason: 'no-dynos' },
        { type: 'web', reason: 'scaled-to-zero' },
      ],
    })
  })

  it('keeps to the types that were asked for', () => {
    const { names, skipped } = orderOf(
      [dyno('web.1'), dyno('worker.1')],
      { web: 1, worker: 1 },
      { types: ['web'] },
    )
    expect(names).toEqual(['web.1'])
    expect(skipped).toEqual([])
  })

  it('keeps to the dynos that were asked for, and says nothing of the others', () => {
    const dynos = [dyno('web.1'), dyno('web.2'), dyno('worker.1')]
    const { names, skipped } = orderOf(dynos, { web: 2, worker: 1, clock: 0 }, { dynos: ['web.2'] })
    expect(names).toEqual(['web.2'])
    expect(skipped).toEqual([])
  })

  it('keeps to those that are older than a moment, or down', () => {
    const dynos = [
      dyno('web.1'),
      dyno('web.2', 'up', { createdAt: '2026-01-01T00:00:05Z' }),
      dyno('web.3', 'crashed', { createdAt: '2026-01-01T00:00:09Z' }),
    ]
    const { names, skipped } = orderOf(dynos, { web: 3 }, { olderThan: new Date('2026-01-01T00:00:05Z') })
    expect(names).toEqual(['web.3', 'web.1'])
    expect(skipped).toEqual([{ type: 'web', dyno: 'web.2', reason: 'newer' }])
  })

  it('keeps to the stuck: those that run and were started before the last migration finished', () => {
    const dynos = [
      dyno('web.1'),
      dyno('web.2', 'crashed'),
      dyno('web.3', 'up', { createdAt: '2026-01-01T00:00:05Z' }),
      dyno('worker.1', 'starting'),
    ]
    const stuckSince = new Date('2026-01-01T00:00:05.900Z')
    expect(orderOf(dynos, { web: 3, worker: 1 }, { stuckSince }).names).toEqual(['worker.1', 'web.1'])
  })

  it('takes the dynos of a Fir app, whose names have no numbers', () => {
    const dynos = [dyno('web-5f9c7d-x2x4z'), dyno('web-5f9c7d-abcde'), dyno('run-1')]
    expect(orderOf(dynos, { web: 2 }).names).toEqual(['web-5f9c7d-abcde', 'web-5f9c7d-x2x4z'])
  })
})

describe('process types that cannot be restarted', () => {
  it('are those the formation lacks, and release and run', () => {
    const formation = ['web', 'release', 'run'].map((type) => ({ type, quantity: 1 }))
    expect(unknownTypes(['web', 'wbe', 'release', 'run'], formation)).toEqual(['wbe', 'release', 'run'])
  })
})

describe('a place in the formation', () => {
  it('is a number on Cedar, and one that nobody else has on Fir', () => {
    const formation = [{ type: 'web', quantity: 2 }]
    expect(hasPlace(dyno('web.2'), formation, [])).toBe(true)
    expect(hasPlace(dyno('web.3'), formation, [])).toBe(false)
    expect(hasPlace(dyno('worker.1'), formation, [])).toBe(false)
    const gone = dyno('web-7f9c-abcde')
    expect(hasPlace(gone, formation, [dyno('web-7f9c-fffff')])).toBe(true)
    expect(hasPlace(gone, formation, [dyno('web-7f9c-fffff'), dyno('web-7f9c-eeeee')])).toBe(false)
  })
})

describe('dynos that cannot be restarted', () => {
  it('are those that are not listed, and those outside the formation', () => {
    const dynos = [dyno('web.1'), dyno('run.7'), dyno('web.9')]
    const names = ['web.1', 'web.2', 'run.7', 'web.9']
    expect(unknownDynos(names, dynos, [{ type: 'web', quantity: 1 }])).toEqual(['web.2', 'run.7', 'web.9'])
  })
})

describe('the dyno that takes the place of another', () => {
  const old = dyno('web.1')
  const known = new Set([old.id, 'id of web.2'])

  it('has, on Cedar, the same name and another id', () => {
    const next = dyno('web.1', 'starting', { id: 'new' })
    expect(replacementOf(old, known, [dyno('web.2'), next])).toBe(next)
  })

  it('or the same name and id and a later start', () => {
    const next = dyno('web.1', 'starting', { createdAt: '2026-01-01T00:00:09Z' })
    expect(replacementOf(old, known, [next])).toBe(next)
  })

  it('is not the old one in another state', () => {
    expect(replacementOf(old, known, [dyno('web.1', 'down'), dyno('web.2')])).toBeUndefined()
  })

  it('is not one that somebody scaled up meanwhile', () => {
    expect(replacementOf(old, known, [dyno('web.3', 'up', { id: 'scaled up' })])).toBeUndefined()
  })

  it('is, on Fir, one of that type that was not there before', () => {
    const gone = dyno('web-aaa-1')
    const others = [dyno('web-aaa-2'), dyno('worker-bbb-9')]
    const next = dyno('web-ccc-3', 'starting')
    const before = new Set([gone.id, 'id of web-aaa-2'])
    expect(replacementOf(gone, before, others)).toBeUndefined()
    expect(replacementOf(gone, before, [...others, next])).toBe(next)
  })
})

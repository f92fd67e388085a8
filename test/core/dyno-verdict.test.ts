import { describe, expect, it } from 'vitest'
import { judgeDynos, type DynoFacts, type DynoVerdict } from '../../src/core/dyno-verdict.js'
import type { Dyno } from '../../src/core/restart.js'

const dyno = (name: string, more: Partial<Dyno> = {}): Dyno => ({
  id: `id of ${name}`,
  name,
  type: name.split(/[.-]/)[0] ?? '',
  state: 'up',
  size: 'Standard-1X',
  releaseVersion: 42,
  createdAt: '2026-03-01T12:00:05Z',
  updatedAt: '2026-03-01T12:00:05Z',
  ...more,
})

function verdicts(facts: Partial<DynoFacts>): Readonly<Record<string, DynoVerdict>> {
  const judged = judgeDynos({
    dynos: [],
    formation: [],
    numbered: true,
    currentVersion: 42,
    migratedAt: undefined,
    migratedBy: [],
    ...facts,
  })
  return Object.fromEntries(judged.map(({ name, verdict }) => [name, verdict]))
}

const web = (quantity: number) => [{ type: 'web', quantity }]

describe('the verdict on a dyno', () => {
  it('is fine for one that is up on the current release', () => {
    expect(verdicts({ dynos: [dyno('web.1')], formation: web(1) })).toEqual({ 'web.1': 'fine' })
  })

  it('is stuck for one that was there before the last migration finished', () => {
    const dynos = [dyno('web.1'), dyno('web.2', { createdAt: '2026-03-01T12:00:07Z' })]
    const migratedAt = new Date('2026-03-01T12:00:06.300Z')
    expect(verdicts({ dynos, formation: web(2), migratedAt })).toEqual({ 'web.1': 'stuck', 'web.2': 'fine' })
  })

  it('is fine for one of the second in which the migration finished, which proves nothing', () => {
    const migratedAt = new Date('2026-03-01T12:00:05.900Z')
    expect(verdicts({ dynos: [dyno('web.1')], formation: web(1), migratedAt })).toEqual({ 'web.1': 'fine' })
  })

  it('is old release for one that runs the code before', () => {
    const dynos = [dyno('web.1', { releaseVersion: 41 })]
    expect(verdicts({ dynos, formation: web(1) })).toEqual({ 'web.1': 'old-release' })
  })

  it('is crashed or starting as its state says', () => {
    const dynos = [dyno('web.1', { state: 'crashed' }), dyno('web.2', { state: 'starting' })]
    expect(verdicts({ dynos, formation: web(2) })).toEqual({ 'web.1': 'crashed', 'web.2': 'starting' })
  })

  it('is fine for one that sleeps, however old: it boots anew when it wakes', () => {
    const dynos = [dyno('web.1', { state: 'idle', releaseVersion: 40 })]
    const migratedAt = new Date('2026-03-02T00:00:00Z')
    expect(verdicts({ dynos, formation: web(1), migratedAt })).toEqual({ 'web.1': 'fine' })
  })

  it('is missing for a place of the formation that is empty', () => {
    expect(verdicts({ dynos: [dyno('web.2')], formation: web(3) })).toEqual({
      'web.1': 'missing',
      'web.2': 'fine',
      'web.3': 'missing',
    })
  })

  it('counts the missing on Fir, where dynos have no numbers', () => {
    const dynos = [dyno('web-1234abcde-123ab')]
    const judged = judgeDynos({
      dynos,
      formation: web(3),
      numbered: false,
      currentVersion: 42,
      migratedAt: undefined,
      migratedBy: [],
    })
    expect(judged.map(({ verdict }) => verdict).toSorted()).toEqual(['fine', 'missing', 'missing'])
  })

  it('is for a one-off dyno what it is for others, but never stuck for the one that migrated', () => {
    const migratedAt = new Date('2026-03-02T00:00:00Z')
    const dynos = [
      dyno('run.1234'),
      dyno('run.5'),
      dyno('run.6', { createdAt: '2026-03-02T00:00:09Z' }),
      dyno('scheduler.99', { releaseVersion: 40 }),
    ]
    expect(verdicts({ dynos, migratedAt, migratedBy: ['run.5'] })).toEqual({
      'run.1234': 'stuck',
      'run.5': 'fine',
      'run.6': 'fine',
      'scheduler.99': 'old-release',
    })
  })

  it('is not stuck for a one-off dyno that runs nothing', () => {
    const migratedAt = new Date('2026-03-02T00:00:00Z')
    const dynos = [
      dyno('run.1', { state: 'crashed' }),
      dyno('web.9', { state: 'down' }),
      dyno('run.3', { state: 'idle' }),
    ]
    expect(verdicts({ dynos, formation: [{ type: 'web', quantity: 0 }], migratedAt })).toEqual({
      'run.1': 'crashed',
      'web.9': 'fine',
      'run.3': 'fine',
    })
  })

  it('is fine for a release phase, which is meant to be older than what it migrates', () => {
    const migratedAt = new Date('2026-03-02T00:00:00Z')
    expect(verdicts({ dynos: [dyno('release.7', { releaseVersion: 41 })], migratedAt })).toEqual({
      'release.7': 'fine',
    })
  })

  it('lists web first and counts by number', () => {
    const dynos = ['worker.1', 'web.10', 'web.2'].map((name) => dyno(name))
    const formation = [...web(10), { type: 'worker', quantity: 1 }]
    const names = judgeDynos({
      dynos,
      formation,
      numbered: true,
      currentVersion: 42,
      migratedAt: undefined,
      migratedBy: [],
    }).map(({ name }) => name)
    expect(names.slice(0, 3)).toEqual(['web.1', 'web.2', 'web.3'])
    expect(names.slice(-2)).toEqual(['web.10', 'worker.1'])
  })
})

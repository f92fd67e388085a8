import { describe, expect, it } from 'vitest'
import type { Finding } from '../../src/core/finding.js'
import { planStart, typesToStop, wantsMaintenance, type StoppedType } from '../../src/core/maintenance.js'

const finding = (hazard: Finding['hazard'], reason?: string): Finding => ({
  file: 'migrations/1_a.sql',
  line: 1,
  statement: '',
  hazard,
  rule: 'drop-column',
  severity: 'error',
  table: 'a',
  message: '',
  why: '',
  instead: '',
  ...(reason === undefined ? {} : { waiver: { reason } }),
})

describe('whether a release closes the app', () => {
  const waived = [finding('lock'), finding('compatibility', 'In maintenance: the old workers read it')]

  it.each([
    ['never', 3, true, false],
    ['auto', 3, false, false],
    ['auto', 3, true, true],
    ['auto', 0, true, false],
    ['always', 3, false, true],
    ['always', 0, false, false],
  ] as const)('%s, %s pending, a waiver for it: %s', (policy, pendingCount, isWaived, wanted) => {
    expect(wantsMaintenance({ policy, pendingCount, findings: isWaived ? waived : [] })).toBe(wanted)
  })

  it.each([
    ['nobody allowed it', finding('compatibility')],
    ['it was allowed for another reason', finding('compatibility', 'only the maintenance table has it')],
    ['it breaks no running code', finding('lock', 'in maintenance')],
  ])('not with auto where %s', (_, one) => {
    expect(wantsMaintenance({ policy: 'auto', pendingCount: 1, findings: [one] })).toBe(false)
  })
})

const type = (name: string, quantity: number, more: Partial<StoppedType> = {}): StoppedType => ({
  type: name,
  quantity,
  kept: false,
  wasDown: false,
  ...more,
})

it('what is stopped is remembered with its quantity, web first, and what runs nothing is left', () => {
  const formation = [type('worker', 1), type('clock', 0), type('web', 2)]
  const given = { down: new Set(['worker']), inPrivateSpace: false }
  expect(typesToStop(formation, given)).toEqual([type('web', 2), type('worker', 1, { wasDown: true })])
  expect(typesToStop(formation, { ...given, inPrivateSpace: true })[0]).toEqual(
    type('web', 2, { kept: true }),
  )
})

describe('what brings the formation back', () => {
  const stopped = [type('web', 2), type('worker', 1), type('gone', 1), type('kept', 1, { kept: true })]

  it('scales what is still at zero, restarts what was kept, and leaves what somebody else has scaled', () => {
    const now = [type('web', 0), type('worker', 5), type('kept', 1)]
    expect(planStart(stopped, now)).toEqual({
      scale: [type('web', 2)],
      restart: [type('kept', 1, { kept: true })],
      left: [type('worker', 1), type('gone', 1)],
    })
  })

  it('does nothing again where it was done already', () => {
    expect(planStart(stopped.slice(0, 2), [type('web', 2), type('worker', 1)])).toEqual({
      scale: [],
      restart: [],
      left: [],
    })
  })
})

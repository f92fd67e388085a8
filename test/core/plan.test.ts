import { describe, expect, test } from 'vitest'
import { timestampOf, type AppliedMigration, type MigrationFile } from '../../src/core/migration.js'
import { makePlan } from '../../src/core/plan.js'
import type { DriftInput } from '../../src/core/drift.js'

const file = (name: string): MigrationFile => ({
  name,
  path: `/app/migrations/${name}.sql`,
  timestamp: timestampOf(name) ?? 0,
})
const applied = (name: string): AppliedMigration => ({ name, appliedAt: new Date('2026-03-01T10:00:00Z') })

const plan = (files: string[], history: string[], more: Partial<DriftInput> = {}) =>
  makePlan({
    files: files.map(file),
    history: history.map(applied),
    policies: {
      changed: 'warn',
      deleted: 'warn',
      renamed: 'error',
      order: 'error',
      duplicate: 'error',
      empty: 'warn',
    },
    checksums: new Map(files.map((name) => [name, `sum of ${name}`])),
    recorded: new Map(history.map((name) => [name, { checksum: `sum of ${name}` }])),
    ...more,
  })

const kinds = (found: ReturnType<typeof plan>) =>
  found.drift.map(({ kind, migration, other }) => [kind, migration, other])

test('pending are the files that the history does not name, in the order of their numbers', () => {
  const found = plan(['10_c', '9_b', '1_a'], ['1_a'])
  expect(found.pending.map(({ name }) => name)).toEqual(['9_b', '10_c'])
  expect(found).toMatchObject({ appliedCount: 1, ahead: [], drift: [] })
})

test('a database that is newer than every file is ahead, which is no drift', () => {
  expect(plan(['1_a'], ['1_a', '2_b'])).toMatchObject({ pending: [], ahead: ['2_b'], drift: [] })
})

test('no file at all beside a history is told of, since the folder is probably the wrong one', () => {
  const found = plan([], ['1_a', '2_b'])
  expect(found).toMatchObject({ pending: [], ahead: ['1_a', '2_b'] })
  expect(found.drift).toEqual([expect.objectContaining({ kind: 'empty', policy: 'warn', migration: '2_b' })])
  expect(plan([], []).drift).toEqual([])
})

test('an applied migration whose file is gone while newer files are there was deleted', () => {
  expect(kinds(plan(['1_a', '3_c'], ['1_a', '2_b', '3_c']))).toEqual([['deleted', '2_b', undefined]])
})

test('a file that says something else than when it was applied was changed, and the message names its release', () => {
  const recorded = new Map([['1_a', { checksum: 'another', release: 'v7' }]])
  const found = plan(['1_a'], ['1_a'], { recorded })
  expect(kinds(found)).toEqual([['changed', '1_a', undefined]])
  expect(found.drift[0]?.message).toBe(
    '1_a was changed after it was applied on 2026-03-01 by release v7; what it says now has not run.',
  )
})

test('a pending file older than an applied one is out of order', () => {
  expect(kinds(plan(['1_a', '2_b', '3_c'], ['1_a', '3_c']))).toEqual([['order', '2_b', '3_c']])
})

test('a pending file older than one that was applied by other code is out of order too', () => {
  expect(kinds(plan(['1_a', '2_b'], ['1_a', '3_c']))).toEqual([['order', '2_b', '3_c']])
})

describe('a renamed file', () => {
  test('is known by its checksum', () => {
    const found = plan(['2_new'], ['1_old'], {
      checksums: new Map([['2_new', 'same']]),
      recorded: new Map([['1_old', { checksum: 'same' }]]),
    })
    expect(kinds(found)).toEqual([['renamed', '1_old', '2_new']])
  })

  test.each([
    ['its number', '1_users', '1_people'],
    ['the words behind its number', '1_users', '5_users'],
  ])('is known by %s where the history has no checksum', (_, before, after) => {
    expect(kinds(plan([after], [before], { recorded: new Map() }))).toEqual([['renamed', before, after]])
  })

  test('is another migration where the ledger has another checksum', () => {
    expect(kinds(plan(['1_a', '5_users'], ['1_a', '2_users']))).toEqual([['deleted', '2_users', undefined]])
  })
})

test('two files with one number are a duplicate while one of them is pending', () => {
  expect(kinds(plan(['1_a', '1_b'], ['1_a']))).toEqual([['duplicate', '1_a', '1_b']])
  expect(kinds(plan(['1_a', '1_b'], ['1_a', '1_b']))).toEqual([])
})

test('what is allowed is not reported', () => {
  const policies = {
    changed: 'allow',
    deleted: 'allow',
    renamed: 'allow',
    order: 'allow',
    duplicate: 'allow',
    empty: 'allow',
  } as const
  expect(plan(['1_a', '1_b', '3_c'], ['2_x', '3_c'], { policies }).drift).toEqual([])
})

test.each([
  ['0007_x', 7],
  ['1790000000000_x', 1_790_000_000_000],
  ['20260301100000123_x', Date.parse('2026-03-01T10:00:00.123Z')],
  ['x', undefined],
])('the number of %s is %s', (name, expected) => {
  expect(timestampOf(name)).toBe(expected)
})

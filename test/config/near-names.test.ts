import { expect, it } from 'vitest'
import { misspeltVariables } from '../../src/config/near-names.js'
import { nearest } from '../../src/core/nearest.js'

const ours = ['RELEASE_SKIP_MIGRATIONS', 'RELEASE_LOCK_WAIT', 'RELEASE_LOG', 'RELEASE_APP', 'RELEASE_SOAK']

it.each([
  ['RELEASE_SKIP_MIGRATION', 'RELEASE_SKIP_MIGRATIONS'],
  ['RELEASE_LOCKWAIT', 'RELEASE_LOCK_WAIT'],
  ['RELEASE-LOCK-WAIT', 'RELEASE_LOCK_WAIT'],
  ['release_log', 'RELEASE_LOG'],
  ['RELASE_SKIP_MIGRATIONS', 'RELEASE_SKIP_MIGRATIONS'],
  ['RELEASE_SKIP_MIGRATIOSN', 'RELEASE_SKIP_MIGRATIONS'],
])('%s is nearly %s', (given, meant) => {
  expect(misspeltVariables([given], ours)).toEqual([{ given, meant }])
})

it.each([
  ...ours,
  'RELEASE_COOKIE',
  'RELEASE_NODE',
  'RELEASE_TMP',
  'RELEASE_NOTES',
  'PATH',
  'REACT_APP',
  'RELEASE',
])('%s is no misspelling', (name) => {
  expect(misspeltVariables([name], ours)).toEqual([])
})

it('a short word has one edit to be near, a long one two', () => {
  expect(nearest('plam', ['plan', 'migrate'])).toBe('plan')
  expect(nearest('plxm', ['plan', 'migrate'])).toBeUndefined()
  expect(nearest('imgrat', ['plan', 'migrate'])).toBe('migrate')
})

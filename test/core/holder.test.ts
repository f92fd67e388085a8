import { expect, it } from 'vitest'
import { describeHolder, type Holder } from '../../src/core/holder.js'

const holder: Holder = {
  pid: 7,
  applicationName: 'psql',
  user: 'ann',
  clientAddress: null,
  state: 'active',
  query: 'SELECT 1',
  connectedSince: new Date('2026-03-01T12:04:10Z'),
  connectedForMs: 180_000,
  queryForMs: 120_000,
  run: undefined,
}

it('says who holds the lock, since when and what it runs', () => {
  expect(describeHolder(holder)).toBe(
    '"psql" of ann from this machine (pid 7), since 12:04:10 UTC (3 min), running for 2 min: SELECT 1',
  )
})

it('leaves out what a role may not see of another role’s session', () => {
  const hidden = { ...holder, state: null, query: '<insufficient privilege>' }
  expect(describeHolder({ ...hidden, connectedSince: null, connectedForMs: null })).toBe(
    '"psql" of ann from this machine (pid 7), what it runs cannot be seen',
  )
})

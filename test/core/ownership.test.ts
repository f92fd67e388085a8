import { describe, expect, it } from 'vitest'
import { decideOwnership, type DatabaseIdentity, type OwnershipFacts } from '../../src/core/ownership.js'

const identity: DatabaseIdentity = {
  cluster: '7300000000000000001',
  databaseOid: '16384',
  timeline: 1,
  address: '10.0.0.5:5432',
  location: 'db.example:5432/app',
}

const decide = (facts: Partial<OwnershipFacts>) =>
  decideOwnership({
    app: { name: 'graph', id: undefined },
    identity,
    owner: { app: 'chart', appId: null, identity },
    empty: false,
    ...facts,
  })

const moved = { address: '10.0.0.6:5432', location: 'other.example:5432/app' }

describe('a database without a ledger', () => {
  it('is empty, or has tables that nobody claims', () => {
    expect(decide({ owner: undefined, empty: true })).toEqual({ kind: 'empty' })
    expect(decide({ owner: undefined, empty: false })).toEqual({ kind: 'unclaimed' })
  })
})

describe('a database with a ledger', () => {
  it('is the app’s own by name, wherever it is reached', () => {
    const owner = { app: 'graph', appId: null, identity: { ...identity, ...moved, databaseOid: '1' } }
    expect(decide({ owner })).toEqual({ kind: 'own' })
  })

  it('is told by the app’s id where both know one, so that a renamed app keeps it', () => {
    const owner = { app: 'chart', appId: 'id-1', identity }
    expect(decide({ owner, app: { name: 'graph', id: 'id-1' } })).toEqual({ kind: 'own' })
    expect(decide({ owner, app: { name: 'chart', id: 'id-2' } })).toEqual({ kind: 'foreign', owner: 'chart' })
    expect(decide({ owner, app: { name: undefined, id: 'id-2' } })).toEqual({
      kind: 'foreign',
      owner: 'chart',
    })
  })

  it('is a copy in another cluster or under another oid, which a restored dump has', () => {
    const copies = [{ cluster: '7300000000000000002' }, { databaseOid: '16385' }]
    for (const copy of copies) {
      expect(decide({ identity: { ...identity, ...moved, ...copy } })).toEqual({
        kind: 'copy',
        owner: 'chart',
      })
    }
  })

  it('is a fork on a later timeline at another address', () => {
    expect(decide({ identity: { ...identity, ...moved, timeline: 2 } })).toEqual({
      kind: 'fork',
      owner: 'chart',
    })
  })

  it('is perhaps a copy at another address on the same timeline', () => {
    expect(decide({ identity: { ...identity, ...moved } })).toEqual({ kind: 'perhaps-copy', owner: 'chart' })
  })

  it('is foreign at the same address, also under another name of the host', () => {
    expect(decide({})).toEqual({ kind: 'foreign', owner: 'chart' })
    const alias = { ...identity, location: 'alias.example:5432/app' }
    expect(decide({ identity: alias })).toEqual({ kind: 'foreign', owner: 'chart' })
  })

  it('is told by oid and address where the cluster may not be asked', () => {
    const hidden = { ...identity, cluster: null, timeline: null }
    expect(decide({ identity: hidden })).toEqual({ kind: 'foreign', owner: 'chart' })
    expect(decide({ identity: { ...hidden, databaseOid: '16385' } })).toEqual({
      kind: 'copy',
      owner: 'chart',
    })
  })

  it('is nobody’s for sure when its owner did not know its name', () => {
    expect(decide({ owner: { app: null, appId: null, identity } })).toEqual({ kind: 'nameless' })
  })

  it('is not refused to an app that does not know its own name', () => {
    expect(decide({ app: { name: undefined, id: undefined } })).toEqual({ kind: 'own' })
    expect(decide({ app: { name: undefined, id: 'id-2' } })).toEqual({ kind: 'own' })
  })
})

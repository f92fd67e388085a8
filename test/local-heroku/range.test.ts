import { describe, expect, it } from 'vitest'
import { page } from '../../src/local-heroku/api/range.js'
import { call, startHeroku } from './support.js'

const items = [3, 1, 2, 5, 4, 10].map((version) => ({ id: `id-${version}`, version }))
const versions = (header?: string) =>
  page(items, ['version', 'id'], header).items.map(({ version }) => version)

describe('a Range header', () => {
  it('sorts numbers as numbers, by the first attribute unless told', () => {
    expect(versions()).toEqual([1, 2, 3, 4, 5, 10])
    expect(versions('id ..')).toEqual([1, 10, 2, 3, 4, 5])
  })

  it('asks for the newest so many, as the command line does for releases', () => {
    const newest = page(items, ['version'], 'version ..; order=desc,max=2')
    expect(newest.items.map(({ version }) => version)).toEqual([10, 5])
    expect(newest.status).toBe(206)
    expect(newest.headers).toMatchObject({
      'content-range': 'version 10..5; order=desc,max=2',
      'next-range': 'version ]5..; order=desc,max=2',
    })
  })

  it('leads through all pages by Next-Range', () => {
    const seen: unknown[] = []
    let header: string | undefined = 'version ..; max=4'
    while (header !== undefined) {
      const part = page(items, ['version'], header)
      seen.push(...part.items.map(({ version }) => version))
      header = part.headers['next-range']
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 10])
  })

  it('takes both ends, the first one left out where a bracket says so', () => {
    expect(versions('version 2..4')).toEqual([2, 3, 4])
    expect(versions('version ]2..4')).toEqual([3, 4])
    expect(versions('version 4..2; order=desc')).toEqual([4, 3, 2])
    expect(versions('version ]10..')).toEqual([])
  })

  it('is refused when it names something else or makes no sense', () => {
    for (const header of ['name ..', 'version', 'version ..; max=0', 'version ..; max=9999', 'nonsense']) {
      expect(() => versions(header)).toThrow(/cannot be satisfied/)
    }
  })

  it('pages the releases of an app with 206 and then 200', async () => {
    const heroku = await startHeroku()
    const app = await heroku.createApp()
    for (const value of ['1', '2', '3']) await app.setConfigVars({ A: value })
    const path = `/apps/${app.name}/releases`
    const first = await call(heroku, 'GET', path, { headers: { range: 'version ..; order=desc,max=3' } })
    expect(first.status).toBe(206)
    expect(first.body).toMatchObject([{ version: 5 }, { version: 4 }, { version: 3 }])
    const range = first.headers.get('next-range') ?? ''
    const second = await call(heroku, 'GET', path, { headers: { range } })
    expect(second.status).toBe(200)
    expect(second.body).toMatchObject([{ version: 2 }, { version: 1 }])
    const refused = await call(heroku, 'GET', path, { headers: { range: 'colour ..' } })
    expect(refused).toMatchObject({ status: 416, body: { id: 'requested_range_not_satisfiable' } })
  })
})

import { describe, expect, it } from 'vitest'
import { readSlug } from '../../src/local-heroku/slug.js'
import { makeSlug } from './support.js'

describe('a slug', () => {
  it('has the commit it was given, or a made-up one', async () => {
    const folder = await makeSlug({ Procfile: 'web: true' })
    expect(readSlug(folder, { commit: 'abc' }).commit).toBe('abc')
    expect(readSlug(folder).commit).toMatch(/^[0-9a-f]{40}$/)
  })

  it('says what is missing when there is no Procfile', async () => {
    const folder = await makeSlug({})
    expect(() => readSlug(folder)).toThrow(/needs a Procfile/)
  })
})

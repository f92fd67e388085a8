import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createScene } from '../support/scene.js'
import { app, checkIn, examine, packageJson } from './support.js'

const release = async (line: string, more: Readonly<Record<string, string>> = {}) =>
  await checkIn({ ...app, Procfile: `web: node server.js\n${line}`, ...more }, 'release phase')

describe('release doctor on the Procfile', () => {
  it('fails without a release line', async () => {
    expect(await release('worker: node worker.js')).toMatchObject({ verdict: 'fail' })
  })

  it('warns of a release line that runs node-pg-migrate itself', async () => {
    const found = await release('release: npx node-pg-migrate up')
    expect(found).toMatchObject({ verdict: 'warn' })
    expect(found.message).toContain('runs node-pg-migrate itself')
  })

  it('warns of a release line that goes on after a failure', async () => {
    expect(await release('release: release migrate || true')).toMatchObject({ verdict: 'warn' })
  })

  it('follows the line into a script of package.json and into a file', async () => {
    const scripts = packageJson({
      dependencies: { 'release-phase': '1' },
      scripts: { 'heroku:release': 'release migrate' },
    })
    expect(await release('release: npm run heroku:release', { 'package.json': scripts })).toMatchObject({
      verdict: 'pass',
    })
    expect(await release('release: ./release.sh', { 'release.sh': 'npx release migrate\n' })).toMatchObject({
      verdict: 'pass',
    })
    expect(await release('release: ./release.sh', { 'release.sh': 'echo none\n' })).toMatchObject({
      verdict: 'warn',
    })
  })

  it('tells a misnamed one from a missing one', async () => {
    const scene = await createScene(app)
    await rename(join(scene.folder, 'Procfile'), join(scene.folder, 'procfile'))
    const { find } = await examine(scene)
    expect(find('Procfile')).toMatchObject({ verdict: 'fail', mend: 'Rename it.' })
    expect(find('release phase')).toMatchObject({ verdict: 'skip' })
  })

  it('warns where nothing answers requests, and not where the start script does', async () => {
    const Procfile = 'release: release migrate'
    expect(await checkIn({ ...app, Procfile }, 'web process')).toMatchObject({ verdict: 'warn' })
    const started = packageJson({ dependencies: { 'release-phase': '1' }, scripts: { start: 'node .' } })
    const files = { ...app, Procfile, 'package.json': started }
    expect(await checkIn(files, 'web process')).toMatchObject({ verdict: 'pass' })
  })
})

describe('release doctor on review apps', () => {
  it('warns of a postdeploy that migrates a second time, also by way of a script', async () => {
    const direct = {
      ...app,
      'app.json': '{ "scripts": { "postdeploy": "release migrate && node seed.js" } }',
    }
    expect(await checkIn(direct, 'app.json')).toMatchObject({ verdict: 'warn' })
    const nested = {
      ...app,
      'package.json': packageJson({ scripts: { setup: 'node-pg-migrate up' } }),
      'app.json': '{ "environments": { "review": { "scripts": { "postdeploy": "npm run setup" } } } }',
    }
    expect(await checkIn(nested, 'app.json')).toMatchObject({ verdict: 'warn' })
  })

  it('passes one that only seeds', async () => {
    const files = { ...app, 'app.json': '{ "scripts": { "postdeploy": "node seed.js" } }' }
    expect(await checkIn(files, 'app.json')).toMatchObject({ verdict: 'pass' })
  })

  it('warns where review apps migrate whatever they are given', async () => {
    const found = await examine(await createScene(app), { RELEASE_REVIEW_APPS: 'migrate' })
    expect(found.find('review apps')).toMatchObject({ verdict: 'warn' })
  })
})

import { describe, expect, it } from 'vitest'
import { createScene } from '../support/scene.js'
import { app, checkIn, examine, packageJson } from './support.js'

describe('release doctor on package.json', () => {
  it('fails where the command is a devDependency, which Heroku prunes', async () => {
    const pruned = packageJson({ devDependencies: { 'release-phase': '^0.1.0' } })
    expect(await checkIn({ ...app, 'package.json': pruned }, 'package.json')).toMatchObject({
      verdict: 'fail',
      mend: 'npm install --save-prod release-phase',
    })
  })

  it('fails where the command is not listed, with the words of the package manager in use', async () => {
    const files = { ...app, 'package.json': packageJson({}), 'yarn.lock': '' }
    expect(await checkIn(files, 'package.json')).toMatchObject({
      verdict: 'fail',
      mend: 'yarn add release-phase',
    })
  })

  it('fails where a migration needs a package that is pruned, and warns where it may be types alone', async () => {
    const content = packageJson({
      dependencies: { 'release-phase': '1' },
      devDependencies: { '@faker-js/faker': '9', 'node-pg-migrate': '9', lodash: '4' },
    })
    const ts = `import { faker } from '@faker-js/faker'\nimport type { x } from 'lodash'\nexport const up = () => faker`
    const js = `import fs from 'node:fs'\nimport { PgLiteral } from 'node-pg-migrate'\nexport const up = () => fs`
    const files = { ...app, 'package.json': content, 'migrations/2_ts.ts': ts, 'migrations/3_js.mjs': js }
    const scene = await createScene(files)
    const typed = (await examine(scene)).find('packages of migrations')
    expect(typed).toMatchObject({ verdict: 'warn' })
    expect(typed.message).toContain('2_ts.ts imports @faker-js/faker')
    await scene.write('migrations/4_cjs.cjs', `const _ = require('lodash/fp')\nexports.up = () => _`)
    const required = (await examine(scene)).find('packages of migrations')
    expect(required).toMatchObject({ verdict: 'fail', mend: 'Move lodash to dependencies.' })
    expect(required.message).toContain('4_cjs.cjs imports lodash')
  })
})

describe('release doctor on migrations', () => {
  it('fails on a missing folder and on a file that is no migration', async () => {
    const scene = await createScene({ ...app, 'migrations/notes.txt': 'x' })
    const strange = (await examine(scene)).find('migrations')
    expect(strange).toMatchObject({ verdict: 'fail' })
    expect(strange.message).toContain('notes.txt')
    await scene.remove('migrations')
    const { find } = await examine(scene)
    expect(find('migrations')).toMatchObject({ verdict: 'fail' })
    expect(find('files and history')).toMatchObject({ verdict: 'skip' })
  })

  it('warns of two with one number', async () => {
    const found = await checkIn({ ...app, 'migrations/1_b.sql': 'SELECT 1;' }, 'migrations')
    expect(found).toMatchObject({ verdict: 'warn' })
    expect(found.message).toContain('1_b and 1_users')
  })

  it('fails where files and history disagree so that migrate would refuse', async () => {
    const scene = await createScene({ ...app, 'migrations/3_c.sql': 'SELECT 3;' })
    expect((await scene.release('migrate')).exitCode).toBe(0)
    await scene.write('migrations/2_b.sql', 'SELECT 2;')
    const found = (await examine(scene)).find('files and history')
    expect(found).toMatchObject({ verdict: 'fail' })
    expect(found.message).toContain('2_b has not run')
  })
})

import { expect, it } from 'vitest'
import { createScene } from '../support/scene.js'

const drop = 'ALTER TABLE users DROP COLUMN email;'

it('release migrate runs what is allowed with a reason, and stops at what a waiver allows no more', async () => {
  const scene = await createScene({
    'migrations/1_users.sql': 'CREATE TABLE users (id int PRIMARY KEY, email text, name text);',
  })
  expect((await scene.release('migrate')).exitCode).toBe(0)

  await scene.write(
    'migrations/2_drop.sql',
    `-- release:allow drop-column "unread" until 2020-01-01\n${drop}`,
  )
  const stopped = await scene.release('migrate')
  expect(stopped.exitCode).toBe(2)
  expect(stopped.stderr).toContain('Dropping users.email breaks the running code.')
  expect(stopped.stderr).toContain('The waiver of drop-column ended on 2020-01-01.')

  await scene.write('migrations/2_drop.sql', `-- release:allow drop-column "unread"\n${drop}`)
  expect((await scene.release('migrate')).exitCode).toBe(0)
})

it('release migrate runs old files with waivers that are over on a new database', async () => {
  const scene = await createScene({
    'migrations/1_users.sql': 'CREATE TABLE users (id int PRIMARY KEY, email text);',
    'migrations/2_drop.sql': `-- release:allow drop-column "unread" until 2020-01-01\n${drop}`,
  })
  expect((await scene.release('migrate')).exitCode).toBe(0)
})

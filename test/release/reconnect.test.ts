import { expect, test } from 'vitest'
import { cable } from '../support/cable.js'
import { createScene } from '../support/scene.js'

const files = {
  'migrations/1_a.sql': 'CREATE TABLE a (id int)',
  'migrations/2_b.sql': 'CREATE TABLE b (id int)',
  'migrations/3_c.sql': 'CREATE TABLE c (id int)',
}

test.each([
  ['before a statement arrives', 'CREATE TABLE b', false],
  ['before a COMMIT arrives', "'2_b', now()", false],
  ['after a COMMIT arrived', "'2_b', now()", true],
])('a release whose cable is cut %s connects again and finishes', async (_, cutAt, delivered) => {
  const scene = await createScene(files)
  const line = await cable(scene, cutAt, delivered)
  const { exitCode, stdout, stderr } = await scene.release('migrate', { DATABASE_URL: line.url })

  expect(stderr).toContain('Connecting again; the history says what was applied.')
  expect(stdout).toMatch(/^Done in .*: 3 migrations applied \(1_a, 2_b, 3_c\), 3 in all\./)
  expect(exitCode).toBe(0)
  expect(line.cuts()).toBe(1)
  expect(await scene.history()).toEqual(['1_a', '2_b', '3_c'])
  const steps = await scene.database.query(
    `SELECT migration FROM release_phase.steps WHERE outcome = 'applied' ORDER BY id`,
  )
  expect(steps.map(({ migration }) => migration as unknown)).toEqual(['1_a', '2_b', '3_c'])
})

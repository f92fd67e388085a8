import { beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { hold, slowFunction } from '../support/hold.js'
import { killWhenDone } from '../support/killing.js'
import { createScene, type Scene } from '../support/scene.js'

let scene: Scene

beforeEach(async () => {
  scene = await createScene({
    'migrations/1_users.sql': `${slowFunction} CREATE SCHEMA "Odd";
      CREATE TABLE "Odd"."Users" (id int, "Name" varchar(20), gone timestamptz);
      INSERT INTO "Odd"."Users" VALUES (1, 'a');`,
  })
  await scene.release('migrate')
})

const indexes = async () =>
  await scene.database.query<{ oid: string; name: string; valid: boolean }>(
    `SELECT c.oid::text AS oid, c.relname AS name, indisvalid AS valid
     FROM pg_index i JOIN pg_class c ON c.oid = indexrelid WHERE indrelid = '"Odd"."Users"'::regclass ORDER BY 2`,
  )

/** Runs SQL as the app does, statement by statement. */
async function asApp(sql: string): Promise<void> {
  const client = await scene.database.connect(scene.url)
  await client.query(sql)
}

/** The judge would stop the release for a unique one. */
const allowed = (sql: string) =>
  /unique/i.test(sql) ? '-- release:allow unique-index "no two rows are alike here"\n' : ''

describe('an index that is there and not recorded', () => {
  it('of a run that was killed at the very end of the build is recorded, not built again', async () => {
    await scene.write(
      'migrations/2_index.sql',
      `-- no-transaction\nCREATE INDEX CONCURRENTLY users_id ON "Odd"."Users" (id);\nSELECT 1;`,
    )
    await killWhenDone(scene, 'CREATE INDEX')
    const before = await indexes()
    expect(before).toMatchObject([{ name: 'users_id', valid: true }])
    const again = await scene.release('migrate --lock-wait 20s')
    expect(again.stderr).toContain(
      'apply    2_index: "Odd".users_id is there already, valid and as this migration wants it; it is recorded, not built',
    )
    expect(again.exitCode).toBe(0)
    expect(await indexes()).toEqual(before)
    expect(await scene.history()).toEqual(['1_users', '2_index'])
  })

  it.each([
    [
      `CREATE UNIQUE INDEX "I" ON "Odd"."Users" USING btree (lower(("Name")::text) DESC NULLS LAST) INCLUDE (id) WHERE (gone IS NULL)`,
      `create unique index concurrently "I" on "Odd" . "Users"(lower("Name") desc nulls last) include (id) where gone is null`,
    ],
    [
      `CREATE INDEX "I" ON "Odd"."Users" (id, "Name" varchar_pattern_ops) WITH (fillfactor=70)`,
      `CREATE INDEX CONCURRENTLY IF NOT EXISTS "I" ON "Odd"."Users" (id ASC, "Name" varchar_pattern_ops) WITH (fillfactor = 70)`,
    ],
    [
      `CREATE INDEX ON "Odd"."Users" (("Users".id + 1))`,
      `CREATE INDEX CONCURRENTLY ON "Odd"."Users" (("Users".id + 1))`,
    ],
  ])('is the same however it is written: %s', async (there, wanted) => {
    await asApp(there)
    const before = await indexes()
    await scene.write('migrations/2_index.sql', `-- no-transaction\n${allowed(wanted)}${wanted};`)
    const result = await scene.release('migrate')
    expect(result.stderr).toContain('it is recorded, not built')
    expect(result.exitCode).toBe(0)
    expect(await indexes()).toEqual(before)
  })

  it.each([
    [`CREATE INDEX users_id ON "Odd"."Users" (id)`, 'UNIQUE INDEX', '(id)'],
    [`CREATE INDEX users_id ON "Odd"."Users" (id)`, 'INDEX', '(id DESC)'],
    [`CREATE INDEX users_id ON "Odd"."Users" (id)`, 'INDEX', '(id) WHERE id > 0'],
    [`CREATE TABLE "Odd".posts (id int); CREATE INDEX users_id ON "Odd".posts (id)`, 'INDEX', '(id)'],
  ])('of another definition is an error that shows both: %s, %s %s', async (there, kind, rest) => {
    await asApp(there)
    await scene.write(
      'migrations/2_index.sql',
      `-- no-transaction\n${allowed(kind)}CREATE ${kind.replace('INDEX', 'INDEX CONCURRENTLY')} users_id ON "Odd"."Users" ${rest};`,
    )
    const result = await scene.release('migrate')
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain(
      'error: The index "Odd".users_id is there already, with another definition.',
    )
    expect(result.stderr).toContain('in migrations/2_index.sql')
    expect(result.stderr).toMatch(
      /there: {2}CREATE INDEX users_id ON "Odd"\.(?:"Users"|posts) USING btree \(id\)\n/,
    )
    expect(result.stderr).toContain(`wanted: CREATE ${kind} users_id ON Odd.Users USING btree (id`)
    expect(await scene.history()).toEqual(['1_users'])
  })

  it('of another definition is kept for IF NOT EXISTS, and said so', async () => {
    await asApp(`CREATE INDEX users_id ON "Odd"."Users" (id DESC)`)
    await scene.write(
      'migrations/2_index.sql',
      `-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS users_id ON "Odd"."Users" (id);`,
    )
    const result = await scene.release('migrate')
    expect(result.stderr).toMatch(
      /kept "Odd"\.users_id \(IF NOT EXISTS\), which is another one: .*\(id DESC\); wanted: .*\(id\)/,
    )
    expect(result.exitCode).toBe(0)
  })
})

describe('an index that is to be dropped and is gone', () => {
  it('is recorded as dropped when the run before was killed at the very end of that', async () => {
    await asApp(`CREATE INDEX users_id ON "Odd"."Users" (id)`)
    await scene.write(
      'migrations/2_drop.sql',
      `-- no-transaction\nDROP INDEX CONCURRENTLY "Odd".users_id;\nSELECT 1;`,
    )
    await killWhenDone(scene, 'DROP INDEX')
    expect(await indexes()).toEqual([])
    const again = await scene.release('migrate --lock-wait 20s')
    expect(again.stderr).toContain('users_id is gone already, dropped by a run that was interrupted')
    expect(again.exitCode).toBe(0)
  })

  it('is recorded as dropped when a later statement of the file had failed', async () => {
    await asApp(`CREATE INDEX users_id ON "Odd"."Users" (id)`)
    const drop = '-- no-transaction\nDROP INDEX CONCURRENTLY "Odd".users_id;'
    await scene.write('migrations/2_drop.sql', `${drop}\nSELECT 1/0;`)
    expect(await scene.release('migrate')).toMatchObject({ exitCode: 1 })
    await scene.write('migrations/2_drop.sql', drop)
    expect(await scene.release('migrate')).toMatchObject({ exitCode: 0 })
  })

  it('is an error when no run was interrupted, however often it is tried', async () => {
    await scene.write('migrations/2_drop.sql', '-- no-transaction\nDROP INDEX CONCURRENTLY misspelt;')
    for (const _ of [1, 2]) {
      const result = await scene.release('migrate')
      expect(result.exitCode).toBe(1)
      expect(result.stderr).toContain('(SQLSTATE 42704)')
    }
  })
})

describe('a REINDEX CONCURRENTLY', () => {
  beforeEach(async () => {
    await asApp(`CREATE INDEX users_slow ON "Odd"."Users" (public.until_let_go(id))`)
    await scene.write(
      'migrations/2_reindex.sql',
      '-- no-transaction\nREINDEX INDEX CONCURRENTLY "Odd".users_slow;',
    )
  })

  it('that is stopped removes the half built index at once', async () => {
    const letGo = await hold(scene.database)
    const release = scene.start('migrate')
    await eventually(async () => (await indexes()).length > 1, 'the new index is being built')
    release.kill('SIGTERM')
    const result = await release.done
    await letGo()
    expect(result.exitCode).toBe(143)
    expect(result.stderr).toContain('dropped "Odd".users_slow_ccnew, which the failed build left invalid')
    expect(await indexes()).toMatchObject([{ name: 'users_slow', valid: true }])
  })

  it('that was killed is done again, and its half built index removed', async () => {
    const letGo = await hold(scene.database)
    const release = scene.start('migrate')
    await eventually(async () => (await indexes()).length > 1, 'the new index is being built')
    release.kill('SIGKILL')
    await release.done
    const again = scene.start('migrate --lock-wait 40s')
    await again.says('dropped "Odd".users_slow_ccnew, an invalid index that an interrupted build had left')
    await letGo()
    expect((await again.done).exitCode).toBe(0)
    expect(await indexes()).toMatchObject([{ name: 'users_slow', valid: true }])
  })
})

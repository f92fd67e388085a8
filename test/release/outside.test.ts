import { describe, expect, it } from 'vitest'
import { carries } from '../faults/messages.js'
import { eventually } from '../support/eventually.js'
import { untilLetGo } from '../support/hold.js'
import { killAt, killWhenDone, startWatched } from '../support/killing.js'
import { onServer, serverMajor } from '../support/postgres.js'
import { appRole, createScene, type Scene } from '../support/scene.js'

// https://www.postgresql.org/docs/14/release-14.html
const canDetach = (await serverMajor()) >= 14

/** A scene with one migration applied, and a second one that is this no-transaction file. */
async function sceneWith(sql: string): Promise<Scene> {
  const scene = await createScene({
    'migrations/1_marks.sql': `CREATE TABLE marks (name text); CREATE TYPE mood AS ENUM ('sad');`,
  })
  await scene.release('migrate')
  await scene.write('migrations/2_outside.sql', `-- no-transaction\n${sql}`)
  return scene
}

const marks = async ({ database }: Scene) =>
  (await database.query<{ name: string }>('SELECT name FROM marks ORDER BY name')).map(({ name }) => name)

const rest = async ({ database }: Scene) => await database.query('SELECT * FROM release_phase.statements')

async function finish(scene: Scene) {
  const result = await scene.release('migrate --lock-wait 20s')
  expect(result.stderr).not.toContain('error:')
  expect(result.exitCode).toBe(0)
  expect(await scene.history()).toEqual(['1_marks', '2_outside'])
  expect(await rest(scene)).toEqual([])
  return result
}

const three = `ALTER TYPE mood ADD VALUE 'happy';
INSERT INTO marks VALUES ('second');
CREATE INDEX CONCURRENTLY marks_name ON marks (name);
${untilLetGo}`

describe('a file without a transaction whose run is killed', () => {
  it('behind some of its statements goes on after them', async () => {
    const scene = await sceneWith(three)
    await killAt(scene, 'DO')
    const result = await finish(scene)
    expect(result.stderr).toContain(
      'apply    2_outside: goes on after its first 3 statements, which were applied before',
    )
    expect(await marks(scene)).toEqual(['second'])
  })

  it.each([
    ['ALTER TYPE', 1],
    ['INSERT', 1],
    ['COMMIT', 1],
    ['COMMIT', 2],
    ['COMMIT', 3],
  ])('when the server says %s, number %i, runs nothing twice', async (tag, times) => {
    const scene = await sceneWith(`ALTER TYPE mood ADD VALUE 'happy';
INSERT INTO marks VALUES ('first');
INSERT INTO marks VALUES ('last');`)
    expect(await killWhenDone(scene, tag, times)).toMatchObject({ exitCode: 137 })
    await finish(scene)
    expect(await marks(scene)).toEqual(['first', 'last'])
  })

  it('inside a transaction of its own rolls that back, and behind it does not run it again', async () => {
    const block = `BEGIN;\nINSERT INTO marks VALUES ('a');\nINSERT INTO marks VALUES ('b');\nCOMMIT;\n`
    const scene = await sceneWith(`${block}${block.replace('COMMIT', () => `${untilLetGo}\nCOMMIT`)}`)
    await killAt(scene, 'DO')
    await eventually(async () => (await marks(scene)).length === 2, 'the second one is rolled back')
    const result = await finish(scene)
    expect(result.stderr).toContain('goes on after its first 4 statements')
    expect(await marks(scene)).toEqual(['a', 'a', 'b', 'b'])
  })

  it.each(['BEGIN', 'COMMIT'])('at the %s of its own transaction applies it once', async (tag) => {
    const scene = await sceneWith(`BEGIN;\nINSERT INTO marks VALUES ('a');\nCOMMIT;\nSELECT 1;`)
    await killWhenDone(scene, tag)
    await finish(scene)
    expect(await marks(scene)).toEqual(['a'])
  })

  it('in what commits by itself runs that again, and says that it cannot know how far it came', async () => {
    const scene = await sceneWith(`INSERT INTO marks VALUES ('before');
DO $$ BEGIN
  DELETE FROM marks WHERE name = 'batch'; INSERT INTO marks VALUES ('batch'); COMMIT;
  WHILE NOT pg_try_advisory_xact_lock(4711) LOOP PERFORM pg_sleep(0.02); END LOOP;
END $$;`)
    await killAt(scene, 'DO', { untilGone: true })
    const result = await finish(scene)
    expect(result.stderr).toContain(
      'apply    warning: 2_outside: a run was cut off in it, and how far it came cannot be known; it runs again: DO $$ BEGIN',
    )
    expect(await marks(scene)).toEqual(['batch', 'before'])
  })

  it.runIf(canDetach)('in a detach that waits for a reader is finished where it stands', async () => {
    const scene = await sceneWith('ALTER TABLE parts DETACH PARTITION "Part" CONCURRENTLY;')
    const app = await scene.database.connect(scene.url)
    await app.query(`CREATE TABLE parts (id int) PARTITION BY RANGE (id);
      CREATE TABLE "Part" PARTITION OF parts FOR VALUES FROM (1) TO (10)`)
    // Too young to be waited for before, and there when the second half wants the table.
    const { release, close } = await startWatched(scene, async (message, pass) => {
      if (carries(message, 'DETACH PARTITION')) await app.query('BEGIN; SELECT count(*) FROM parts')
      await pass()
    })
    const pending = 'SELECT FROM pg_inherits WHERE inhdetachpending'
    await eventually(async () => (await scene.database.query(pending)).length > 0, 'the first half is done')
    release.kill('SIGKILL')
    await release.done
    close()
    const backend = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'release-phase%'`
    await eventually(async () => (await scene.database.query(backend)).length === 0, 'the server has noticed')
    await app.query('COMMIT')
    const result = await finish(scene)
    expect(result.stderr).toContain('finished to detach "Part", which an interrupted run had left half done')
    expect(await scene.database.query('SELECT FROM pg_inherits')).toEqual([])
  })

  it.runIf(canDetach)('at the very end of a detach records it', async () => {
    const scene = await sceneWith('ALTER TABLE parts DETACH PARTITION part CONCURRENTLY;\nSELECT 1;')
    const app = await scene.database.connect(scene.url)
    await app.query(`CREATE TABLE parts (id int) PARTITION BY RANGE (id);
      CREATE TABLE part PARTITION OF parts FOR VALUES FROM (1) TO (10)`)
    await killWhenDone(scene, 'ALTER TABLE')
    const result = await finish(scene)
    expect(result.stderr).toContain('part is detached already, by a run that was interrupted; it is recorded')
  })

  it('behind a temporary table that is lost stops, and says what to do', async () => {
    const scene = await sceneWith(`CREATE TEMP TABLE found AS SELECT 'x' AS name;
INSERT INTO marks VALUES ('once');
${untilLetGo}
INSERT INTO marks SELECT name FROM found;`)
    await killAt(scene, 'DO')
    const result = await scene.release('migrate --lock-wait 20s')
    expect(result.exitCode).toBe(1)
    expect(result.stderr).toContain(
      'error: An earlier run ended after 2 of its 4 statements, and with it the temporary table that they made.\n  in migrations/2_outside.sql',
    )
    expect(result.stderr).toContain('take them out of the file')
    await scene.write('migrations/2_outside.sql', `-- no-transaction\nINSERT INTO marks VALUES ('x');`)
    await finish(scene)
    expect(await marks(scene)).toEqual(['once', 'x'])
  })

  it('sets again what it had set in its session', async () => {
    const scene = await sceneWith(`SET my.mark = 'kept';
INSERT INTO marks VALUES ('first');
${untilLetGo}
INSERT INTO marks VALUES (current_setting('my.mark'));`)
    await killAt(scene, 'DO')
    await finish(scene)
    expect(await marks(scene)).toEqual(['first', 'kept'])
  })

  it('goes on where a js file without a transaction was', async () => {
    const scene = await sceneWith('')
    await scene.remove('migrations/2_outside.sql')
    await scene.write(
      'migrations/2_outside.js',
      `exports.up = (pgm) => {
  pgm.noTransaction()
  pgm.sql("INSERT INTO marks VALUES ('first')")
  pgm.createIndex('marks', 'name', { concurrently: true })
  pgm.sql(\`${untilLetGo.replaceAll('$', String.raw`\$`)}\`)
}`,
    )
    await killAt(scene, 'DO')
    await finish(scene)
    expect(await marks(scene)).toEqual(['first'])
  })
})

it('a statement that refuses to be in a transaction runs without one', async () => {
  const scene = await sceneWith(`INSERT INTO marks VALUES ('a');
VACUUM marks;
DO $$ BEGIN INSERT INTO marks VALUES ('b'); COMMIT; INSERT INTO marks VALUES ('c'); COMMIT; END $$;`)
  await finish(scene)
  expect(await marks(scene)).toEqual(['a', 'b', 'c'])
})

it('what commits by itself and then fails is said to stay', async () => {
  const scene = await sceneWith(`INSERT INTO marks VALUES ('a');
DO $$ BEGIN INSERT INTO marks VALUES ('b'); COMMIT; PERFORM 1/0; END $$;`)
  const result = await scene.release('migrate')
  expect(result.exitCode).toBe(1)
  expect(result.stderr).toContain(
    'its first statement stayed, and the next run goes on after that; the next one ends transactions by itself, and what it had done until it failed stayed too.',
  )
})

it('an edit before the place where it stopped makes the rest run as it stands', async () => {
  const scene = await sceneWith(
    `INSERT INTO marks VALUES ('a');\nINSERT INTO marks VALUES ('b');\nSELECT 1/0;`,
  )
  expect(await scene.release('migrate')).toMatchObject({ exitCode: 1 })
  await scene.write(
    'migrations/2_outside.sql',
    `-- no-transaction\nINSERT INTO marks VALUES ('a');\nINSERT INTO marks VALUES ('c');`,
  )
  const result = await finish(scene)
  expect(result.stderr).toContain(
    'warning: 2_outside: 2 of its statements were applied before, and number 2 is another one in the file now; from there on it runs as it stands',
  )
  expect(await marks(scene)).toEqual(['a', 'b', 'c'])
})

it('a role that the file takes needs no right to the ledger', async () => {
  const role = `${appRole.name}_other`
  await onServer(`CREATE ROLE ${role}; GRANT ${role} TO ${appRole.name}`)
  try {
    const scene = await sceneWith(`GRANT INSERT ON marks TO ${role};
SET ROLE ${role};
INSERT INTO marks VALUES (current_user);
BEGIN;
INSERT INTO marks VALUES (current_user);
COMMIT;
INSERT INTO marks VALUES (current_user);
RESET ROLE;
REVOKE INSERT ON marks FROM ${role};`)
    await finish(scene)
    expect(await marks(scene)).toEqual([role, role, role])
  } finally {
    await onServer(`DROP ROLE ${role}`)
  }
})

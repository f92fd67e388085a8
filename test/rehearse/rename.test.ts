import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRepository, readJson, rename, renameWithBridge, webApp } from './support.js'

const traffic = ['GET /', 'GET /charts', 'POST /charts {"title":"x"}'].flatMap((line) => ['--traffic', line])

test('a renamed table fails the requests of the old code from its migration until the new dynos serve', async () => {
  const app = await createRepository()
  await app.write('migrations/2_rename.sql', rename)
  await app.write('web.mjs', webApp('drawings'))
  const page = join(app.folder, 'page.html')
  const flags = ['--preboot', '--overlap', '1s', '--json', '--html', page]
  const result = await app.rehearse([...flags, ...traffic])
  expect(result).toMatchObject({ exitCode: 2 })
  const seen = readJson(result)

  expect(seen.verdict).toBe('some-failed')
  const [before, migration, boot, after] = seen.phases
  expect(before).toMatchObject({ name: 'before', failed: 0 })
  expect(boot?.failed).toBeGreaterThan(0)
  expect(after).toMatchObject({ name: 'after', failed: 0 })
  expect(after?.requests).toBeGreaterThan(0)
  expect((migration?.failed ?? 0) + (boot?.failed ?? 0)).toBe(seen.failed)
  const [renamed] = seen.migrations
  expect(renamed).toMatchObject({ name: '2_rename', outcome: 'applied' })
  expect(seen.routes.map(({ route }) => route).toSorted()).toEqual(['GET /charts', 'POST /charts'])
  for (const { byDeploy, errors, lastMs } of seen.routes) {
    expect(byDeploy).toBe(true)
    expect(errors).toEqual(['error: relation "charts" does not exist'])
    // No failure begins before the rename, nor ends long after the old dyno's last request.
    expect(lastMs).toBeGreaterThan(renamed?.toMs ?? Infinity)
  }

  const html = await readFile(page, 'utf8')
  expect(html).toContain('requests failed because of the deploy')
  expect(html.match(/class="dot failed"/g)).toHaveLength(seen.failed)
  expect(html).toContain('class="band boot"')
  expect(html).toMatch(/2_rename: applied, [\d.]+ s to [\d.]+ s/)
  expect(html).toContain('web.1 v3')
  expect(html).toContain('web.1 v4')
  expect(html).toContain('relation &quot;charts&quot; does not exist')
  // One file, with nothing to load.
  expect(html).not.toMatch(/https?:|<script|<link|@import|url\(/)
})

test('with a view of the old name behind, none fails, reads and writes of the old code included', async () => {
  const app = await createRepository()
  await app.write('migrations/2_rename.sql', renameWithBridge)
  await app.write('web.mjs', webApp('drawings'))
  const result = await app.rehearse(['--preboot', '--overlap', '1s', '--json', ...traffic])
  expect(result).toMatchObject({ exitCode: 0 })
  const seen = readJson(result)
  expect(seen).toMatchObject({ verdict: 'none-failed', failed: 0, failedAnyway: 0, routes: [] })
  expect(seen.phases.filter(({ requests }) => requests === 0)).toEqual([])
})

test('without preboot requests wait for the new dyno, and the text tells what happened when', async () => {
  const app = await createRepository()
  await app.write('migrations/2_rename.sql', renameWithBridge)
  const result = await app.rehearse(['--traffic', '/charts', '--slow', '1ms'])
  expect(result).toMatchObject({ exitCode: 0 })
  for (const line of [
    /^main \([0-9a-f]+\) -> the work tree, on PostgreSQL \d+ \(.*\), without preboot, 20 requests a second$/m,
    /^before +0\.00 s .* \d+ ms$/m,
    /^between migration and boot .* [1-9]\d* +0 +[1-9]\d* /m,
    /^ +\d+\.\d\d s {2}release phase of v4 begins$/m,
    /^ +\d+\.\d\d s {2}2_rename applied \(\d+ ms\)$/m,
    /^ +\d+\.\d\d s {2}web\.1 v3 gets no more requests$/m,
    /^ +\d+\.\d\d s {2}all dynos run v4$/m,
    /^None of \d+ requests failed because of the deploy; \d+ were slow\.$/m,
  ]) {
    expect(result.stdout).toMatch(line)
  }
  expect(result.stderr).toContain('apply    2_rename')
})

test('a migration that holds a lock shows as slow requests while it runs', async () => {
  const app = await createRepository()
  await app.write(
    'migrations/2_owner.sql',
    'ALTER TABLE charts ADD COLUMN owner text;\nSELECT pg_sleep(1.5);',
  )
  const result = await app.rehearse(['--json', '--traffic', 'GET /charts', '--slow', '700ms'])
  expect(result).toMatchObject({ exitCode: 0 })
  const seen = readJson(result)
  expect(seen.slowRoutes).toContainEqual(
    expect.objectContaining({ route: 'GET /charts', phase: 'migration' }),
  )
  const longestMs = seen.slowRoutes.find(({ phase }) => phase === 'migration')?.longestMs
  expect(longestMs).toBeGreaterThan(700)
})

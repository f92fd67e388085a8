import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createApp, releaseBin, type BenchApp } from './apps.js'
import { inTurn, median, medianRatio, timeMs } from './pairs.js'
import type { Row } from './table.js'

const squawk = 'squawk-cli@2.66.0'
const fileCount = 1000

// What migrations are made of, in turn.
const statements = [
  'CREATE TABLE t# (id bigserial PRIMARY KEY, name text NOT NULL, at timestamptz DEFAULT now());\nCREATE INDEX t#_name ON t# (name);',
  'ALTER TABLE users ADD COLUMN c# text;',
  '-- sorted by it\nCREATE INDEX i# ON orders (c#);',
  'ALTER TABLE orders ADD CONSTRAINT k# CHECK (total >= #) NOT VALID;',
  "INSERT INTO settings (k, v) VALUES ('a#', 'b');\nUPDATE users SET name = 'x' WHERE id = #;",
  'ALTER TABLE orders DROP COLUMN c#;',
  'CREATE FUNCTION f#() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := now(); RETURN NEW; END $$;',
  'CREATE VIEW v# AS SELECT id, name FROM users WHERE id > #;',
  "COMMENT ON TABLE users IS 'n#';",
  "ALTER TABLE users ALTER COLUMN c# SET DEFAULT 'x', ALTER COLUMN name DROP NOT NULL;",
]

const textOf = (index: number) =>
  `${(statements[index % statements.length] ?? '').replaceAll('#', String(index))}\n`

/** What judging costs: many files, many statements, and ten pending ones in the release. */
export async function measureJudge(serverUrl: string, rounds: number): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'release-phase-bench-judge-'))
  try {
    return [
      ...(await manyFiles(folder, rounds)),
      ...(await manyStatements(folder, rounds)),
      ...(await tenPending(serverUrl, rounds)),
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A thousand small files, against the native binary of squawk, where npm can fetch it. */
async function manyFiles(folder: string, rounds: number): Promise<Row[]> {
  await mkdir(join(folder, 'migrations'))
  const files = Array.from(
    { length: fileCount },
    (_, index) => `migrations/${1_700_000_000_000 + index}_m.sql`,
  )
  for (const [index, file] of files.entries()) await writeFile(join(folder, file), textOf(index))
  const binary = nativeSquawk()
  const release = () => wallMs(process.execPath, [releaseBin, 'check', ...files], folder)
  if (binary === undefined) {
    console.log(`${squawk} cannot be fetched here, so nothing stands beside the figures of the judge.\n`)
    const [own = []] = await inTurn(rounds, [release])
    return [{ what: '1,000 files, release check', medianMs: median(own), ratio: 1, against: 'itself' }]
  }
  const [own = [], peer = [], node = []] = await inTurn(rounds, [
    release,
    () => wallMs(binary, files, folder),
    () => wallMs(process.execPath, ['-e', '0'], folder),
  ])
  const against = 'squawk'
  return [
    { what: '1,000 files, squawk', medianMs: median(peer), ratio: 1, against: 'itself' },
    {
      what: '1,000 files, release check',
      medianMs: median(own),
      ratio: medianRatio(own, peer),
      against,
      bound: 4,
    },
    { what: 'node, doing nothing', medianMs: median(node), ratio: medianRatio(node, peer), against },
  ]
}

/** Both end with findings, so the status says nothing. */
function wallMs(command: string, args: readonly string[], cwd: string): Promise<number> {
  const startedAt = performance.now()
  const { error, signal } = spawnSync(command, args, {
    cwd,
    stdio: 'ignore',
    env: { PATH: process.env['PATH'] },
  })
  if (error !== undefined || signal !== null) throw error ?? new Error(`${command} was ended by ${signal}`)
  return Promise.resolve(performance.now() - startedAt)
}

/** The binary itself: what npm puts on the path is a script that starts it. */
function nativeSquawk(): string | undefined {
  try {
    const script = execFileSync('npx', ['--yes', '--package', squawk, 'which', 'squawk'], {
      encoding: 'utf8',
    })
    const modules = join(dirname(realpathSync(script.trim())), '..', '..', '..', '@squawk-cli')
    return readdirSync(modules)
      .map((name) => join(modules, name, 'bin', 'squawk'))
      .find((path) => existsSync(path))
  } catch {
    return undefined
  }
}

const counts = [2500, 5000, 10_000] as const

/** Twice the statements in twice the time and memory, and no more; what the process itself needs is left out. */
async function manyStatements(folder: string, rounds: number): Promise<Row[]> {
  const memory = join(folder, 'memory.cjs')
  const peak = join(folder, 'peak')
  await writeFile(
    memory,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)))`,
  )
  for (const count of [1, ...counts]) {
    const text = Array.from({ length: count }, (_, index) => textOf(index).replaceAll('\n', ' ')).join('\n')
    await writeFile(join(folder, `${count}.sql`), text)
  }
  const peaks = new Map<number, number[]>()
  const run = async (count: number) => {
    const ms = await wallMs(
      process.execPath,
      ['-r', memory, releaseBin, 'check', '--json', `${count}.sql`],
      folder,
    )
    peaks.set(count, [...(peaks.get(count) ?? []), Number(await readFile(peak, 'utf8'))])
    return ms
  }
  const [oneMs = [], ...times] = await inTurn(
    rounds,
    [1, ...counts].map((count) => () => run(count)),
  )
  const work = times.map((ms) => ms.map((value, round) => value - (oneMs[round] ?? 0)))
  const room = (count: number) => median(peaks.get(count) ?? []) - median(peaks.get(1) ?? [])
  const [few = []] = work
  return counts.map((count, index) => {
    const own = work[index] ?? []
    const megabytes = (room(count) / 1024).toFixed(0)
    return {
      what: `${count.toLocaleString('en')} statements (${megabytes} MB more)`,
      medianMs: median(own),
      ratio: medianRatio(own, few),
      against: '2,500 statements',
      ...(index === 0 ? {} : { bound: (count / 2500) * 1.2 }),
    }
  })
}

const mostMs = 150

/** Ten pending files in a release that applies them, with the judge and without. */
async function tenPending(serverUrl: string, rounds: number): Promise<Row[]> {
  const allow = {
    RELEASE_JUDGE_BREAKS: 'allow',
    RELEASE_JUDGE_STALLS: 'allow',
    RELEASE_JUDGE_UNKNOWN: 'allow',
  }
  const run = async (name: string, env: Readonly<Record<string, string>>) => {
    const app: BenchApp = await createApp(serverUrl, name, 10)
    try {
      return await timeMs({
        args: [releaseBin, 'migrate'],
        cwd: app.folder,
        env: { DATABASE_URL: app.url, ...env },
      })
    } finally {
      await app.remove()
    }
  }
  const [judged = [], unjudged = []] = await inTurn(rounds, [
    async () => await run('bench_judged', {}),
    async () => await run('bench_unjudged', allow),
  ])
  const costs = judged.map((ms, round) => ms - (unjudged[round] ?? 0))
  return [
    {
      what: 'ten pending files, what the judge adds',
      medianMs: median(costs),
      ratio: median(costs) / mostMs,
      against: `${mostMs} ms`,
      bound: 1,
    },
  ]
}

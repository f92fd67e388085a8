import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { afterAll, inject } from 'vitest'
import type { Finding, Note } from '../../../src/core/finding.js'
import type { ProofReport } from '../../../src/core/proof.js'
import { databaseUrl, onServer } from '../../support/postgres.js'
import { createScene, type Scene } from '../../support/scene.js'

/** A server for scratch databases, with a role of its own, so that what it leaves can be told. */
export interface Scratch {
  readonly url: string
  /** Names of the databases that are there. */
  left(): Promise<string[]>
  query(text: string): Promise<unknown>
}

const roles: string[] = []

afterAll(async () => {
  for (const role of roles.splice(0)) await onServer(`DROP ROLE ${role}`)
})

export async function createScratch(): Promise<Scratch> {
  const name = `scratch_${randomBytes(5).toString('hex')}`
  const password = randomBytes(6).toString('hex')
  await onServer(`CREATE ROLE ${name} LOGIN CREATEDB PASSWORD '${password}'`)
  roles.push(name)
  const maintenance = new URL(inject('postgresUrl')).pathname.slice(1)
  return {
    url: databaseUrl(maintenance, { name, password }),
    query: async (text) => await onServer(text.replaceAll('OWNER_OF_SCRATCH', name)),
    left: async () => {
      const rows = await onServer<{ name: string }>(
        `SELECT datname AS name FROM pg_database WHERE datdba = '${name}'::regrole ORDER BY 1`,
      )
      return rows.map((row) => row.name)
    },
  }
}

/** Queries as a file of JSON lines. */
export const lines = (...queries: readonly Readonly<Record<string, unknown>>[]) =>
  queries.map((query) => `${JSON.stringify(query)}\n`).join('')

/** An app whose first files are on `main`, with the others added to the work tree since. */
export async function createBranch(
  main: Readonly<Record<string, string>>,
  work: Readonly<Record<string, string>>,
): Promise<Scene> {
  const scene = await createScene({ ...main, '.gitignore': 'node_modules\n' })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: scene.folder })
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-qm', 'first')
  git('checkout', '-qb', 'work')
  for (const [path, text] of Object.entries(work)) await scene.write(path, text)
  return scene
}

/** What `release check --json` printed of the proof. */
export interface Proved {
  readonly findings: readonly Finding[]
  readonly notes: readonly Note[]
  readonly proof: ProofReport
}

const isOfProof = ({ rule }: { readonly rule: string }) => rule.startsWith('proof-')

export const proved = (stdout: string): Proved => {
  const { findings, notes, proof } = JSON.parse(stdout) as Proved
  return { findings: findings.filter(isOfProof), notes: notes.filter(isOfProof), proof }
}

/** `migrations/2_more.sql:1 proof-query-breaks 42702 at routes/orders.js:41` */
export const told = ({ findings }: Proved) =>
  findings.map(
    ({ file, line, rule, severity, sqlstate, site }) =>
      `${file}:${line} ${rule}${severity === 'warning' ? '?' : ''} ${sqlstate ?? '-'} at ${site}`,
  )

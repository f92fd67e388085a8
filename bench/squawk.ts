import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Said } from '../test/judge/support/measure.js'

const run = promisify(execFile)
export const squawkVersion = '2.66.0'
const command = ['--yes', `squawk-cli@${squawkVersion}`, '--reporter', 'json', '--pg-version', '18']

// https://squawkhq.com/docs/rules: what a rule is about, where it is about running code.
const compatibility = new Set(
  `adding-required-field ban-drop-column ban-drop-database ban-drop-not-null ban-drop-table changing-column-type
  renaming-column renaming-table ban-truncate-cascade`.split(/\s+/),
)
const locks = new Set(
  `adding-field-with-default adding-foreign-key-constraint adding-not-nullable-field adding-serial-primary-key-field
  ban-alter-domain-with-add-constraint changing-column-type constraint-missing-not-valid disallowed-unique-constraint
  prefer-repack require-concurrent-index-creation require-concurrent-index-deletion
  require-concurrent-partition-detach require-concurrent-reindex ban-concurrent-index-creation-in-transaction
  adding-required-field`.split(/\s+/),
)

interface Violation {
  readonly file: string
  readonly rule_name: string
}

/** What squawk says of each case, file by file; undefined where it cannot be fetched or run. */
export async function squawkSays(
  cases: readonly { readonly name: string; readonly sql: readonly string[] }[],
): Promise<ReadonlyMap<string, Said> | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'release-phase-squawk-'))
  try {
    const files: Record<'inside' | 'outside', string[]> = { inside: [], outside: [] }
    for (const [at, { sql }] of cases.entries()) {
      await mkdir(join(folder, String(at)))
      for (const [index, text] of sql.entries()) {
        const path = join(String(at), `${index + 1}.sql`)
        await writeFile(join(folder, path), text)
        files[text.startsWith('-- no-transaction') ? 'outside' : 'inside'].push(path)
      }
    }
    const violations = [
      ...(await lint(folder, ['--assume-in-transaction', ...files.inside])),
      ...(await lint(folder, files.outside)),
    ]
    return new Map(cases.map(({ name }, at) => [name, saidOf(violations, String(at))]))
  } catch (error) {
    console.log(`squawk-cli ${squawkVersion} cannot be run here: ${String(error).split('\n')[0]}`)
    return undefined
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function lint(folder: string, rest: readonly string[]): Promise<readonly Violation[]> {
  const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024, timeout: 120_000 }
  try {
    const { stdout } = await run('npx', [...command, ...rest], options)
    return JSON.parse(stdout) as Violation[]
  } catch (error) {
    // It ends with 1 when it has found something.
    if (
      error instanceof Error &&
      'stdout' in error &&
      typeof error.stdout === 'string' &&
      error.stdout !== ''
    )
      return JSON.parse(error.stdout) as Violation[]
    throw error
  }
}

function saidOf(violations: readonly Violation[], folder: string): Said {
  const own = violations.filter(({ file }) => file.split(/[\\/]/)[0] === folder)
  const rules = [...new Set(own.map(({ rule_name: rule }) => rule))]
  return {
    breaks: rules.some((rule) => compatibility.has(rule)),
    stalls: rules.some((rule) => locks.has(rule)),
    anything: rules.length > 0,
    rules,
  }
}

/** The same, when every violation counts for whatever the case does. */
export const anyCounts = (said: Said): Said => ({ ...said, breaks: said.anything, stalls: said.anything })

/** Only what is about stalls and broken queries: without timeouts, robustness and style. */
export const onlyHazards = (said: Said): Said => ({ ...said, anything: said.breaks || said.stalls })

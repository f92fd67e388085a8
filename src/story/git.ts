import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { messageOf, usageError } from '../core/errors.js'

const run = promisify(execFile)
const patienceMs = 20_000

export interface Repository {
  /** Where git is asked: any folder of the work tree. */
  readonly folder: string
  readonly signal: AbortSignal
}

/**
 * Absolute paths of the files that are new or changed since the work branched off from `ref`, committed or not.
 * Throws a usage error (64) where git does not know it. https://git-scm.com/docs/git-merge-base
 */
export async function changedSince(repository: Repository, ref: string): Promise<string[]> {
  try {
    const top = (await git(repository, 'rev-parse', '--show-toplevel')).trim()
    const base = (await git(repository, 'merge-base', ref, 'HEAD')).trim()
    const changed = await git(repository, 'diff', '--name-only', '-z', '--diff-filter=d', base)
    const fresh = await git(repository, '-C', top, 'ls-files', '--others', '--exclude-standard', '-z')
    return `${changed}${fresh}`.split('\0').flatMap((path) => (path === '' ? [] : [resolve(top, path)]))
  } catch (error) {
    repository.signal.throwIfAborted()
    throw usageError(`What was added since ${ref} cannot be told: ${lastLine(messageOf(error))}.`, {
      todo: [
        `In CI, fetch it first, with its history: git fetch origin ${ref.replace(/^origin\//, '')} (actions/checkout: fetch-depth: 0).`,
      ],
      cause: error,
    })
  }
}

/** The branch that work is merged into, as far as git knows one; undefined: no git, no remote. */
export async function mainBranch(repository: Repository): Promise<string | undefined> {
  for (const ref of ['origin/HEAD', 'origin/main', 'origin/master']) {
    const known = await git(repository, 'rev-parse', '--verify', '--quiet', ref).catch(() => '')
    if (known !== '') return ref
  }
  repository.signal.throwIfAborted()
  return undefined
}

async function git({ folder, signal }: Repository, ...args: string[]): Promise<string> {
  const { stdout } = await run('git', ['-C', folder, ...args], {
    timeout: patienceMs,
    maxBuffer: 64 * 1024 * 1024,
    signal,
  })
  return stdout
}

const lastLine = (text: string) =>
  (text.split('\n').findLast((line) => line.trim() !== '') ?? text)
    .replace(/^(?:fatal|error): /, '')
    .replace(/\.$/, '')

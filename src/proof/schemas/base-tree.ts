import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { messageOf, usageError } from '../../core/errors.js'
import type { World } from '../../story/world.js'

const run = promisify(execFile)
const patienceMs = 60_000

/** The files of the app as they were where the branch left a commit. */
export interface BaseTree {
  /** The app's folder, of which a copy stands in a temporary one. */
  readonly folder: string
  /** The commit, abbreviated. */
  readonly commit: string
  /** Takes the link to the app's `node_modules` away, before something installs others: they are not a copy. */
  unlinkModules(): Promise<void>
}

/**
 * Does work with the app's files as they were where the work branched off from `ref`. They are written into a
 * temporary folder through an index of its own, which leaves the work tree and its index alone, with the app's
 * `node_modules` linked, for migrations that import something. Not `git archive`: it leaves out what .gitattributes
 * says not to export. https://git-scm.com/docs/git-checkout-index
 */
export async function withBaseTree<Result>(
  { config, environment, signal }: World,
  ref: string,
  work: (tree: BaseTree) => Promise<Result>,
): Promise<Result> {
  const temporary = await mkdtemp(join(await realpath(tmpdir()), 'release-base-'))
  try {
    const env = { ...environment, GIT_INDEX_FILE: join(temporary, 'index') }
    const git = async (cwd: string, ...args: string[]) =>
      (
        await run('git', args, { cwd, env, signal, timeout: patienceMs, maxBuffer: 64 * 1024 * 1024 })
      ).stdout.trim()
    const tree = join(temporary, 'tree')
    const prefix = await git(config.folder, 'rev-parse', '--show-prefix')
    const top = await git(config.folder, 'rev-parse', '--show-toplevel')
    const commit = await git(config.folder, 'merge-base', ref, 'HEAD')
    await git(top, 'read-tree', commit)
    await git(top, 'checkout-index', '--all', `--prefix=${tree}/`)
    const folder = join(tree, prefix)
    await mkdir(folder, { recursive: true })
    const links = [await linkModules(config.folder, folder)]
    if (prefix !== '') links.push(await linkModules(top, tree))
    const unlinkModules = async () => {
      for (const link of links) if (link !== undefined) await rm(link)
    }
    return await work({ folder, commit: commit.slice(0, 9), unlinkModules })
  } catch (error) {
    signal.throwIfAborted()
    throw isOfGit(error) ? unknownBase(ref, error) : error
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function linkModules(from: string, to: string): Promise<string | undefined> {
  const [source, target] = [join(from, 'node_modules'), join(to, 'node_modules')]
  if (!existsSync(source) || existsSync(target) || !existsSync(dirname(target))) return undefined
  await symlink(await realpath(source), target, 'junction')
  return target
}

const isOfGit = (error: unknown): error is Error =>
  error instanceof Error && 'cmd' in error && String(error.cmd).startsWith('git ')

const unknownBase = (ref: string, error: Error) =>
  usageError(
    `What stood at ${ref} cannot be told: ${(messageOf(error).trim().split('\n').at(-1) ?? '').replace(/^(?:fatal|error): |\.$/g, '')}.`,
    {
      todo: [
        `In CI, fetch it first, with its history: git fetch origin ${ref.replace(/^origin\//, '')} (actions/checkout: fetch-depth: 0).`,
      ],
      cause: error,
    },
  )

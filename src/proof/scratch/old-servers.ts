import { execFile } from 'node:child_process'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** How folders of scratch servers begin, under the system's temporary folder. */
export const folderPrefix = 'release-scratch-'

const oldMs = 60 * 60 * 1000

/** Removes what killed runs left: servers that were started more than an hour ago, with their folders. Never rejects. */
export async function removeOldServers(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => [])
  for (const name of names.filter((entry) => entry.startsWith(folderPrefix))) {
    const folder = join(tmpdir(), name)
    const made = await stat(folder).catch(() => undefined)
    if (made === undefined || Date.now() - made.birthtimeMs < oldMs) continue
    const pid = await serverPid(folder)
    if (pid !== undefined && isAlive(pid) && (await isServerOf(pid, folder))) process.kill(pid, 'SIGQUIT')
    await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** The process that has its data in `folder`, as PostgreSQL's own file says; undefined: none. */
export async function serverPid(folder: string): Promise<number | undefined> {
  const file = await readFile(join(folder, 'data/postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number.parseInt(file, 10)
  return pid > 0 ? pid : undefined
}

export function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The number may be another process's by now. */
async function isServerOf(pid: number, folder: string): Promise<boolean> {
  const ps = promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)], { timeout: 5000 })
  return await ps.then(
    ({ stdout }) => stdout.includes(folder),
    () => false,
  )
}

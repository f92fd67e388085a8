import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import { root } from './root.js'

/** The folder of an app. */
export interface Project {
  readonly folder: string
  write(path: string, text: string | Buffer): Promise<void>
  remove(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
}

const folders: string[] = []

afterAll(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

/**
 * Makes the folder of an app with these files under the temporary folder, with `node_modules` in reach and an
 * empty `migrations/` where no file makes one; removed after the tests of the file.
 */
export async function createProject(
  files: Readonly<Record<string, string | Buffer>>,
  name = 'app',
): Promise<Project> {
  const parent = await mkdtemp(join(tmpdir(), 'release-phase-'))
  folders.push(parent)
  const folder = join(parent, name)
  const write = async (path: string, text: string | Buffer) => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  await mkdir(join(folder, 'migrations'), { recursive: true })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const [path, text] of Object.entries(files)) await write(path, text)
  return {
    folder,
    write,
    remove: async (path) => await rm(join(folder, path), { recursive: true }),
    rename: async (from, to) => await rename(join(folder, from), join(folder, to)),
  }
}

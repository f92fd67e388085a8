import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Every TypeScript file under a folder, with its path from the repository's root. */
export async function sourceFiles(folder: string): Promise<{ path: string; content: string }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
  return await Promise.all(paths.map(async (path) => ({ path, content: await readFile(path, 'utf8') })))
}

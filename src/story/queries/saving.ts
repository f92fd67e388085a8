import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { failedError, messageOf } from '../../core/errors.js'

/** Where pulled queries go where nothing else is said: the folder of the recorder, which keeps itself out of git. */
export const defaultPath = join('.release-queries', 'pulled.jsonl')

/** Writes lines to a file that its owner alone may read, over what was there. Throws 1 where that cannot be. */
export async function saveLines(lines: readonly string[], path: string, folder: string): Promise<void> {
  const target = resolve(folder, path)
  try {
    if (path === defaultPath) {
      await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      await writeFile(join(dirname(target), '.gitignore'), '*\n')
    }
    await writeFile(target, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 })
  } catch (error) {
    throw failedError(
      'queries-unwritable',
      `The queries cannot be written to ${path}: ${messageOf(error)}.`,
      {
        todo: ['Name another file: release queries pull --out FILE, or --out - for standard output.'],
        cause: error,
      },
    )
  }
}

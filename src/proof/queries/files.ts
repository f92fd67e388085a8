import { stat } from 'node:fs/promises'
import { usageError } from '../../core/errors.js'

/** The files that names and patterns stand for, each once. Throws 64 for what stands for none. */
export async function findFiles(patterns: readonly string[]): Promise<string[]> {
  const { glob } = await import('glob')
  const paths: string[] = []
  for (const pattern of patterns) {
    // A name that is a file is taken as it is, whatever letters are in it.
    if (await isFile(pattern)) paths.push(pattern)
    else {
      const found = await glob(pattern, { nodir: true, dot: true, windowsPathsNoEscape: true })
      if (found.length === 0) throw nothingThere(pattern)
      paths.push(...found.toSorted())
    }
  }
  return [...new Set(paths)]
}

const isFile = async (path: string) =>
  await stat(path).then(
    (found) => !found.isDirectory(),
    () => false,
  )

const nothingThere = (pattern: string) =>
  usageError(`There is no file ${pattern}, for --queries.`, {
    todo: [
      "Record one (docs/queries.md), or name those that are there: --queries '.release-queries/*.jsonl'.",
    ],
  })

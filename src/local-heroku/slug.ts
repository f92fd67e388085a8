import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { messageOf, usageError } from '../core/errors.js'
import { parseProcfile } from '../core/procfile.js'
import { hex } from './names.js'

/** Built code, ready to run: here a folder with a Procfile. */
export interface Slug {
  readonly id: string
  readonly folder: string
  /** `{ web: 'node server.js', release: 'release migrate' }` */
  readonly processTypes: Readonly<Record<string, string>>
  readonly commit: string
  readonly description: string | null
  readonly createdAt: Date
}

/** Reads a folder as a slug; without a commit it gets a made-up one. Throws when it has no Procfile. */
export function readSlug(
  folder: string,
  about: { commit?: string; description?: string | undefined } = {},
): Slug {
  const path = join(folder, 'Procfile')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw usageError(`A slug needs a Procfile, and ${path} cannot be read: ${messageOf(error)}.`, {
      todo: ['Write a Procfile there with a line such as `web: node server.js`.'],
      cause: error,
    })
  }
  return {
    id: randomUUID(),
    folder: resolve(folder),
    processTypes: Object.fromEntries(parseProcfile(text)),
    commit: about.commit ?? hex(40),
    description: about.description ?? null,
    createdAt: new Date(),
  }
}

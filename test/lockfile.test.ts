import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { root } from './support/root.js'

const lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() }),
  ),
})

// npm 11.6 and later refuse `npm ci` otherwise, also where the package is for another machine.
test('the lockfile has an entry for every optional package, whatever machine it is for', async () => {
  const { packages } = lockfile.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')))
  const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
  expect(wanted).toContain('@oxlint/binding-darwin-arm64')
  expect(wanted.filter((name) => packages[`node_modules/${name}`] === undefined)).toEqual([])
})

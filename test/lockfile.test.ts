import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { root } from './support/root.js'

const lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      optionalDependencies: z.record(z.string(), z.string()).optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
})

const packages = async () =>
  lockfile.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'))).packages

// npm 11.6 and later refuse `npm ci` otherwise, also where the package is for another machine.
test('the lockfile has an entry for every optional package, whatever machine it is for', async () => {
  const locked = await packages()
  const wanted = Object.values(locked).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
  expect(wanted).toContain('@oxlint/binding-darwin-arm64')
  expect(wanted.filter((name) => locked[`node_modules/${name}`] === undefined)).toEqual([])
})

// npm 12 leaves every other one out: https://docs.npmjs.com/cli/v12/commands/npm-install-scripts
test('package.json allows the install scripts of the locked packages, and no others', async () => {
  const scripted = Object.entries(await packages())
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
  const manifest = z.object({ allowScripts: z.record(z.string(), z.literal(true)) })
  const { allowScripts } = manifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  expect(scripted).toContain('esbuild')
  expect(Object.keys(allowScripts).toSorted()).toEqual([...new Set(scripted)].toSorted())
})

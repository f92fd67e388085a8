import { cp, mkdir, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

/** Copies a version of the demo app and gives it the packages that `npm install` would have given it. */
export async function buildSlug(version: 'v1' | 'v2', folder: string): Promise<string> {
  const slug = join(folder, version)
  await cp(join(root, 'demo', 'app', version), slug, { recursive: true })
  await mkdir(join(slug, 'node_modules', '.bin'), { recursive: true })
  await symlink(join(root, 'bin', 'release.js'), join(slug, 'node_modules', '.bin', 'release'))
  for (const name of ['pg', 'node-pg-migrate']) {
    await symlink(join(root, 'node_modules', name), join(slug, 'node_modules', name))
  }
  return slug
}

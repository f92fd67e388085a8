import { readFileSync } from 'node:fs'

/** Put in by the build. */
declare const RELEASE_PHASE_VERSION: string | undefined

/** The version in package.json. */
export const version: string =
  typeof RELEASE_PHASE_VERSION === 'string'
    ? RELEASE_PHASE_VERSION
    : readVersion(new URL('../package.json', import.meta.url))

function readVersion(packageJson: URL): string {
  return (JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string }).version
}

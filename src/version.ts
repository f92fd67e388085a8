import { readFileSync } from 'node:fs'

/** Put in by the build. */
declare const __VERSION__: string | undefined

/** The version in package.json. */
export const version: string =
  typeof __VERSION__ === 'string' ? __VERSION__ : readVersion(new URL('../package.json', import.meta.url))

function readVersion(packageJson: URL): string {
  return (JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string }).version
}

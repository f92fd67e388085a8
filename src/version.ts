import { readFileSync } from 'node:fs'

/** The version in package.json, which lies beside the built file's folder as beside this one's. */
export const version: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { AppPackage } from './app-package.js'

const largestBytes = 65_536

/**
 * A command together with what it calls, one step deep: `npm run release` with that script of package.json,
 * `./release.sh` with the text of that file.
 */
export function commandText(command: string, folder: string, app: AppPackage | string): string {
  const [, script] = /\b(?:npm|pnpm|yarn)\s+(?:run(?:-script)?\s+)?([\w:.-]+)/.exec(command) ?? []
  const scripts = typeof app === 'string' ? {} : app.scripts
  const fromPackage = script !== undefined && Object.hasOwn(scripts, script) ? scripts[script] : undefined
  return [command, fromPackage, fileText(command, folder)].filter((text) => text !== undefined).join('\n')
}

function fileText(command: string, folder: string): string | undefined {
  for (const word of command.split(/\s+/).slice(0, 2)) {
    const path = join(folder, word)
    try {
      if (statSync(path).isFile() && statSync(path).size <= largestBytes) return readFileSync(path, 'utf8')
    } catch {
      // Most commands are no files of the app.
    }
  }
  return undefined
}

/** True where a command, or what it calls, runs `release migrate`. */
export const runsMigrate = (text: string): boolean => /\brelease(?:-phase)?\s+migrate\b/.test(text)

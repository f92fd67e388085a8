import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readdir, readFile } from 'node:fs/promises'
import { createScene, type Scene } from '../support/scene.js'
import { root } from '../support/root.js'
import { startRelease, type Environment, type RunResult } from '../support/run-release.js'

export interface Recorded {
  readonly text?: string
  readonly name?: string
  readonly site?: string
  readonly parameterTypes?: readonly (string | number)[]
  readonly leftOut?: string
}

/** An app that is run with the recorder preloaded. */
export interface RecordedApp extends Scene {
  /** Runs one of its files to its end; `preload: false` leaves the recorder out. */
  run(
    file: string,
    options?: { readonly preload?: string | false; readonly env?: Environment },
  ): Promise<RunResult>
  /** What was recorded, in the default folder unless told otherwise. */
  recorded(path?: string): Promise<Recorded[]>
}

const recorder = join(root, 'dist/record.cjs')
export const byImport = `--import ${pathToFileURL(recorder).href}`
export const byRequire = `--require ${recorder}`

export async function createRecordedApp(files: Readonly<Record<string, string>>): Promise<RecordedApp> {
  const scene = await createScene(files)
  return {
    ...scene,
    run: async (file, { preload = byImport, env = {} } = {}) =>
      await startRelease([], {
        cwd: scene.folder,
        env: { DATABASE_URL: scene.url, ...(preload === false ? {} : { NODE_OPTIONS: preload }), ...env },
        script: join(scene.folder, file),
      }).done,
    recorded: async (path) => {
      const folder = join(scene.folder, '.release-queries')
      const names =
        path === undefined ? (await readdir(folder)).filter((name) => name.endsWith('.jsonl')) : []
      const paths = path === undefined ? names.map((name) => join(folder, name)) : [join(scene.folder, path)]
      const texts = await Promise.all(paths.map(async (each) => await readFile(each, 'utf8')))
      return texts.flatMap((text) =>
        text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as Recorded),
      )
    },
  }
}

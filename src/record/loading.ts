import Module from 'node:module'

interface Loaded {
  readonly exports: unknown
}

/** Node's loader of CommonJS files. ES modules that import one come by here as well. */
interface Loader {
  readonly prototype: { load: (this: Loaded, filename: string) => void }
  _resolveFilename: (...given: unknown[]) => unknown
  readonly _cache: Readonly<Record<string, Loaded | undefined>>
}

/**
 * Shows what the files that `isWanted` export, those that are loaded already and each that will be, before anybody
 * gets to use it. https://nodejs.org/api/modules.html
 */
export function onLoaded(isWanted: (filename: string) => boolean, see: Seeing): void {
  const loader = Module as unknown as Loader
  const { prototype, _cache: cache } = loader
  const { load } = prototype
  prototype.load = function loadAndSee(this: Loaded, filename: string): void {
    Reflect.apply(load, this, [filename])
    if (isWanted(filename)) quietly(() => see(filename, this.exports))
  }
  for (const filename of Object.keys(cache)) {
    if (isWanted(filename)) quietly(() => see(filename, cache[filename]?.exports))
  }
  seeWhatOthersLoad(loader, isWanted, see)
}

type Seeing = (filename: string, exported: unknown) => void

/**
 * Where a hook of the app's (`module.register`, tsx) supplies the text of a CommonJS file, Node 20 loads it without
 * the above, but still asks where each file is: at the next such question, the one before is loaded.
 */
function seeWhatOthersLoad(loader: Loader, isWanted: (filename: string) => boolean, see: Seeing): void {
  const { _resolveFilename: resolve, _cache: cache } = loader
  const awaited = new Set<string>()
  function resolveAndSee(this: unknown, ...given: unknown[]): unknown {
    for (const filename of awaited) {
      const exported = cache[filename]?.exports
      // A file that is being loaded exports an empty object so far.
      if (typeof exported !== 'function' && !hasEntries(exported)) continue
      awaited.delete(filename)
      quietly(() => see(filename, exported))
    }
    const filename = Reflect.apply(resolve, this, given)
    if (typeof filename === 'string' && isWanted(filename)) awaited.add(filename)
    return filename
  }
  Object.assign(loader, { _resolveFilename: resolveAndSee })
}

const hasEntries = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0

// A module that cannot be looked into is the app's own affair.
function quietly(look: () => void): void {
  try {
    look()
  } catch {
    // It goes on unrecorded.
  }
}

import { findSourceMap } from 'node:module'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where a query is sent from: `routes/orders.js:41`, from the folder that the process was started in. */
export interface CallSites {
  /**
   * The first place above `below` that is the app's own, if the stack names one. Undefined: the call comes directly
   * out of one of the files of pools, which were asked somewhere else.
   */
  find(below: Below, pools: ReadonlySet<string>): { readonly site: string | undefined } | undefined
  /** The first place of the app's own in a stack that was written down. */
  read(stack: string): string | undefined
}

type Below = (...given: never[]) => unknown

/** What a library puts between the app and the driver is seldom deeper, and few frames are cheap. */
const fewFrames = 12
const manyFrames = 60

/** `own`: the file of the recorder, which is no place of the app's. */
export function createCallSites(folder: string, own: string | undefined): CallSites {
  const isApps = (file: string) => {
    if (file === own || file.startsWith('node:')) return false
    const path = file.startsWith(folder + sep) ? file.slice(folder.length) : file
    return !/[\\/]node_modules[\\/]/.test(path)
  }
  const shown = (file: string, line: number) => `${relative(folder, file).replaceAll('\\', '/')}:${line}`
  const firstOf = (frames: readonly NodeJS.CallSite[]): string | undefined => {
    for (const frame of frames) {
      const file = pathOf(frame.getFileName())
      if (file === undefined || !isApps(file)) continue
      const line = frame.getLineNumber() ?? 1
      const original = originalOf(file, line, frame.getColumnNumber() ?? 1)
      if (original === undefined) return shown(file, line)
      // In a bundle, what was a library is still none of the app's.
      if (isApps(original.file)) return shown(original.file, original.line)
    }
    return undefined
  }
  return {
    find: (below, pools) => {
      const few = framesAbove(below, fewFrames)
      if (pools.has(pathOf(few[0]?.getFileName()) ?? '')) return undefined
      const site = firstOf(few)
      if (site !== undefined || few.length < fewFrames) return { site }
      return { site: firstOf(framesAbove(below, manyFrames)) }
    },
    read: (stack) => {
      for (const [, place = '', line = ''] of stack.matchAll(/^\s+at (?:.*? \()?(.+?):(\d+):\d+\)?$/gm)) {
        const file = pathOf(place)
        if (file !== undefined && isApps(file)) return shown(file, Number(line))
      }
      return undefined
    },
  }
}

// The app may have a way of its own to write stacks, and it gets it back.
function framesAbove(below: Below, limit: number): readonly NodeJS.CallSite[] {
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
  const { stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = limit
    Error.prepareStackTrace = (_, frames) => frames
    const holder: { stack?: unknown } = {}
    Error.captureStackTrace(holder, below)
    return Array.isArray(holder.stack) ? (holder.stack as NodeJS.CallSite[]) : []
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    if (prepare === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace')
    else Object.defineProperty(Error, 'prepareStackTrace', prepare)
  }
}

function pathOf(name: string | null | undefined): string | undefined {
  if (name === null || name === undefined || name === '' || name.startsWith('<')) return undefined
  return name.startsWith('file:') ? fileURLToPath(name) : name
}

/** The line of the source, where the process was started with source maps. */
function originalOf(file: string, line: number, column: number): { file: string; line: number } | undefined {
  const entry = findSourceMap(file)?.findEntry(line - 1, column - 1)
  if (entry === undefined || !('originalSource' in entry)) return undefined
  const { originalSource, originalLine } = entry
  const path = originalSource.startsWith('file:')
    ? fileURLToPath(originalSource)
    : resolve(dirname(file), originalSource)
  return { file: path, line: originalLine + 1 }
}

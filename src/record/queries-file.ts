import {
  appendFileSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder that recordings go to where nothing else is said; it keeps itself out of git. */
export const defaultFolder = '.release-queries'

export interface QueriesFile {
  readonly path: string
  /** Whether it is in the default folder, which is made where it is missing. */
  readonly isDefault: boolean
}

/**
 * What appends a line to the file at once, so that nothing is lost whatever ends the process; false when it cannot,
 * which is said once on stderr. Never throws.
 */
export function createWriter({ path, isDefault }: QueriesFile): (line: string) => boolean {
  let begun = false
  return (line) => {
    try {
      if (!begun && isDefault) makeFolder(dirname(path))
      begun = true
      append(path, line)
      return true
    } catch (error) {
      say(`the queries of this process are recorded no more: ${error instanceof Error ? error.message : ''}`)
      return false
    }
  }
}

// Opened each time, so that it may be removed or moved away meanwhile.
function append(path: string, line: string): void {
  const file = openSync(path, flags, 0o600)
  try {
    appendFileSync(file, line)
  } finally {
    closeSync(file)
  }
}

// Where it is a pipe that nobody reads, to give up is better than to wait.
const flags = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NONBLOCK

function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(join(folder, '.gitignore'), '*\n', { flag: 'wx' })
  } catch {
    // It is there.
  }
}

// Not through process.stderr, whose errors would be the app's; and only while the number 2 is what it was at first:
// an app that has closed it may have a connection under it.
function say(sentence: string): void {
  try {
    if (atFirst !== undefined && idOf(2) === atFirst) writeSync(2, `release-phase/record: ${sentence}\n`)
  } catch {
    // Nobody listens.
  }
}

const atFirst = idOf(2)

function idOf(file: number): string | undefined {
  try {
    // In whole numbers of any size: Node keeps the others where realpath looks at them again, and where stderr is a
    // pipe, it then takes the next symbolic link for a folder.
    const { dev, ino } = fstatSync(file, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}

import { access, constants, readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { usageError } from '../../core/errors.js'
import { readRequests, type Wish } from './requests.js'

/** Where the requests of a rehearsal come from. */
export type Traffic =
  | { readonly by: 'requests'; readonly requests: readonly Wish[]; readonly remarks: readonly string[] }
  | { readonly by: 'command'; readonly command: string; readonly remarks: readonly string[] }

/**
 * What `--traffic` means: a file that is there is read, or run where it is a program; what reads as a request is one;
 * all else is a command. None is `GET /`. Throws a usage error (64) where nothing can be made of it.
 */
export async function readTraffic(wishes: readonly string[], folder: string): Promise<Traffic> {
  if (wishes.length === 0) {
    return {
      by: 'requests',
      requests: [{ method: 'GET', path: '/', body: undefined }],
      remarks: ['Only GET / is asked for: --traffic says what visitors do.'],
    }
  }
  const sources = await Promise.all(wishes.map(async (wish) => await readOne(wish, folder)))
  const [first] = sources
  if (first?.by === 'command' && sources.length === 1) return first
  const requests = sources.flatMap((source) => (source.by === 'requests' ? source.requests : []))
  if (sources.some(({ by }) => by === 'command')) {
    const command = sources.find((source) => source.by === 'command')?.command ?? ''
    throw usageError(`--traffic "${command}" is a command, and stands beside other traffic.`, {
      todo: ['Give one command, or any number of requests and files. Is it a file that is not there?'],
    })
  }
  return { by: 'requests', requests, remarks: sources.flatMap(({ remarks }) => remarks) }
}

async function readOne(wish: string, folder: string): Promise<Traffic> {
  const path = resolve(folder, wish)
  if (await isFile(path)) {
    const text = await readFile(path, 'utf8')
    if (text.startsWith('#!') || (await isProgram(path))) return command(path)
    return fromFile(wish, text)
  }
  const { requests } = readRequests(wish)
  // A name such as router.log reads as no request, and neither does `npm run smoke`.
  return requests.length > 0 ? { by: 'requests', requests, remarks: [] } : command(wish)
}

const command = (text: string): Traffic => ({ by: 'command', command: text, remarks: [] })

function fromFile(name: string, text: string): Traffic {
  const { requests, withoutBody, unread } = readRequests(text)
  if (requests.length === 0) {
    throw usageError(`No line of ${name} is a request that can be sent.`, {
      todo: ['Lines are as in GET /charts, or those of an access log or of heroku logs --dyno router.'],
    })
  }
  const remarks = [
    ...(withoutBody === 0
      ? []
      : [`${withoutBody} lines of ${name} were left out: a log has no bodies of what changes data.`]),
    ...(unread === 0 ? [] : [`${unread} lines of ${name} were left out: they are no requests.`]),
  ]
  return { by: 'requests', requests, remarks }
}

const isFile = async (path: string) =>
  await stat(path).then(
    (found) => found.isFile(),
    () => false,
  )

const isProgram = async (path: string) =>
  await access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

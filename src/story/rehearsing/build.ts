import { failedError } from '../../core/errors.js'
import { startCommand, statusOf } from '../../shell/command.js'
import type { World } from '../world.js'

const graceMs = 3000
const keptLines = 20

/**
 * Builds code in its folder, in this process's environment without the databases and tokens of real apps. Rejects with
 * `rehearsal-build` (1).
 */
export async function buildCode(world: World, folder: string, command: string): Promise<void> {
  const { environment, signal, log } = world
  const lines: string[] = []
  log.info('rehearse', `building the base: ${command}`)
  const running = startCommand({
    command,
    folder,
    environment: Object.fromEntries(
      Object.entries(environment).filter(
        ([name, value = '']) => !/^postgres(?:ql)?:/i.test(value) && !/^HEROKU_API_|^RELEASE_/.test(name),
      ),
    ),
    onLine: (line) => {
      lines.push(line)
      if (lines.length > keptLines) lines.shift()
    },
  })
  const stop = () => running.stop('SIGTERM', graceMs)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const end = await running.ended
  signal.removeEventListener('abort', stop)
  signal.throwIfAborted()
  const status = statusOf(end)
  if (status === 0) return
  throw failedError('rehearsal-build', `The build of the base, "${command}", ended with ${status}.`, {
    detail: lines,
    todo: ['It runs in a copy of the base, beside the node_modules of the work tree.'],
  })
}

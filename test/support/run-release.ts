import { spawn } from 'node:child_process'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './root.js'

export type Environment = Readonly<Record<string, string | undefined>>

export interface RunOptions {
  readonly cwd: string
  /** All that the process finds in its environment, besides PATH and the temporary folder. */
  readonly env?: Environment | undefined
  /** A run longer than this is a failed test; it is killed. */
  readonly deadlineMs?: number
  /** Another program than `release`: the path of a script for Node. */
  readonly script?: string
}

export interface RunResult {
  /** As a shell has it: 128 plus the signal's number when one ended the process. */
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
}

/** A process under way. */
export interface Running {
  readonly pid: number
  readonly done: Promise<RunResult>
  kill(signal: NodeJS.Signals): void
  /** What stderr says so far. */
  stderr(): string
  stdout(): string
  /** Waits until stderr holds this text; throws when the process ends without it. */
  says(text: string | RegExp): Promise<void>
}

/** Runs the command as a process of its own, in an environment that holds nothing but what is given. */
export async function runRelease(words: readonly string[], options: RunOptions): Promise<RunResult> {
  return await startRelease(words, options).done
}

/** Starts the command, for tests that talk to it, signal it or race it. */
export function startRelease(words: readonly string[], options: RunOptions): Running {
  const startedAt = performance.now()
  const env = { PATH: process.env['PATH'], TMPDIR: tmpdir(), HOME: homedir(), ...options.env }
  const script = options.script ?? join(root, 'bin/release.js')
  const child = spawn(process.execPath, [script, ...words], {
    cwd: options.cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  const collect = (name: 'stdout' | 'stderr') => {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
      for (const listener of listeners) listener()
    })
  }
  collect('stdout')
  collect('stderr')

  const deadlineMs = options.deadlineMs ?? 45_000
  const done = new Promise<RunResult>((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`release ${words.join(' ')} ran for ${deadlineMs} ms:\n${output.stderr}`))
    }, deadlineMs)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(late)
      for (const listener of listeners) listener()
      const leak = leakIn(output, env)
      if (leak !== undefined) reject(new Error(`release ${words.join(' ')} printed a secret: ${leak}`))
      const exitCode = code ?? 128 + signalNumber(signal)
      resolve({ exitCode, ...output, durationMs: performance.now() - startedAt })
    })
  })
  // Whoever started it may look at it later; a failure is no unhandled rejection until then.
  done.catch(() => undefined)

  return {
    pid: child.pid ?? 0,
    done,
    kill: (signal) => void child.kill(signal),
    stderr: () => output.stderr,
    stdout: () => output.stdout,
    says: async (text) =>
      await new Promise<void>((resolve, reject) => {
        const look = () => {
          if (typeof text === 'string' ? output.stderr.includes(text) : text.test(output.stderr)) resolve()
          else if (child.exitCode === null && child.signalCode === null) return
          else reject(new Error(`release ${words.join(' ')} ended without saying ${text}:\n${output.stderr}`))
          listeners.delete(look)
        }
        listeners.add(look)
        look()
      }),
  }
}

const numbers: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }
const signalNumber = (signal: NodeJS.Signals | null) => (signal === null ? 0 : (numbers[signal] ?? 0))

/** The line with a secret in it: the token, or the password of any URL, as written or decoded. */
function leakIn(output: { stdout: string; stderr: string }, env: Environment): string | undefined {
  const secrets = Object.entries(env).flatMap(([name, value = '']) => {
    if (name === 'HEROKU_API_KEY') return [value]
    const password = /:\/\/[^:/@]*:([^@/]+)@/.exec(value)?.[1] ?? ''
    return [password, decoded(password)]
  })
  const lines = `${output.stdout}\n${output.stderr}`.split('\n')
  return lines.find((line) => secrets.some((secret) => secret.length > 3 && line.includes(secret)))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

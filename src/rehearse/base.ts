import { failedError } from '../core/errors.js'
import type { LocalApp } from '../local-heroku/local-app.js'
import type { Stage } from './recording.js'
import type { Wishes } from './wishes.js'

/**
 * Brings the base to where it is in production before the deploy: migrated, filled, all dynos up. Rejects with
 * `rehearsal-base` (1).
 */
export async function startBase(stage: Stage, wishes: Wishes, app: LocalApp): Promise<void> {
  const { base, signal, say } = stage
  const output: string[] = []
  say(`${base.shown}: its release phase migrates the scratch database`)
  const release = await app.push(base.folder, {
    commit: base.commit,
    description: base.shown,
    onLine: (line) => output.push(line),
  })
  signal.throwIfAborted()
  if (release.status !== 'succeeded') {
    throw failedError('rehearsal-base', `The release phase of ${base.shown} failed on an empty database.`, {
      detail: lastOf(output),
      todo: [
        'The rehearsal makes the schema of the running code with its own release command. Mend what it says, or give what it needs with --config-vars.',
      ],
    })
  }
  if (wishes.seed !== undefined) await seed(stage, app, wishes.seed)
  for (const [type, quantity] of wishes.types) scale(stage, app, type, quantity)
  await app.waitForDynos(bootMs).catch(() => undefined)
  signal.throwIfAborted()
  const down = app.dynos().filter(({ state }) => state !== 'up')
  if (down.length === 0) return
  throw failedError(
    'rehearsal-base',
    `${down.map(({ name }) => name).join(', ')} of ${base.shown} did not come up.`,
    {
      detail: lastOf(app.logs({ source: 'app' }).map(({ dyno, text }) => `${dyno}: ${text}`)),
      todo: [
        'Config vars that the app needs: --config-vars .env. A build that it needs: --build "npm run build". A web process has to listen on PORT.',
      ],
    },
  )
}

const bootMs = 65_000

async function seed({ signal, say, base }: Stage, app: LocalApp, command: string): Promise<void> {
  say(`${base.shown}: ${command}`)
  const { status, output } = await app.runOneOff(command)
  signal.throwIfAborted()
  if (status === 0) return
  throw failedError('rehearsal-base', `The seed "${command}" ended with ${status}.`, {
    detail: lastOf(output),
    todo: ['It runs in the code of the base, with DATABASE_URL of the scratch database.'],
  })
}

function scale({ base }: Stage, app: LocalApp, type: string, quantity: number): void {
  if (app.formation().some((each) => each.type === type)) return app.scale(type, quantity)
  // One that only the work tree has is scaled once that is released.
  if (type !== 'web') return
  throw failedError('rehearsal-base', `The Procfile of ${base.shown} has no line that begins with web:.`, {
    todo: ['Without a web process there is no request that could fail.'],
  })
}

/** The newest lines, of which an error shows a few. */
export const lastOf = (lines: readonly string[], most = 12): readonly string[] => lines.slice(-most)

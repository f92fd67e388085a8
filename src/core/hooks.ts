/** The steps of the story that a hook may stand before and after, in their order. */
export const hookSteps = ['connect', 'lock', 'plan', 'maintenance', 'apply', 'restart'] as const
export type HookStep = (typeof hookSteps)[number]
export type HookName = `before-${HookStep}` | `after-${HookStep}`

/** Every hook, in the order in which they run. */
export const hookNames: readonly HookName[] = hookSteps.flatMap(
  (step) => [`before-${step}`, `after-${step}`] as const,
)

const vetoing: ReadonlySet<HookName> = new Set([
  'before-connect',
  'before-lock',
  'before-plan',
  'before-maintenance',
  'before-apply',
])

/** Whether a failure of this hook stops the release: only where nothing has been changed yet. */
export const mayVeto = (name: HookName): boolean => vetoing.has(name)

type Fact = string | number | boolean | Date | readonly string[] | undefined

/** What is known of the release, by the end of its variable's name in lower case: `lock_wait_ms`. */
export type HookFacts = Readonly<Record<string, Fact>>

/** Where the story says what it does next and what it has done. */
export interface Hooks {
  /** Rejects with what is to stop the release. The facts are kept for the hooks that follow. */
  before(step: HookStep, facts?: HookFacts): Promise<void>
  after(step: HookStep, facts?: HookFacts): Promise<void>
}

/** Of a release that nobody hooks into. */
export const noHooks: Hooks = { before: async () => undefined, after: async () => undefined }

// Linux refuses to start a program that has a variable of more than 128 KiB (MAX_ARG_STRLEN).
// https://man7.org/linux/man-pages/man2/execve.2.html
const mostCharacters = 40_000

/** The variables that a hook finds besides those of the release: `RELEASE_PHASE_HOOK` and the facts. */
export function hookVariables(name: HookName, facts: HookFacts): Readonly<Record<string, string>> {
  const entries = Object.entries(facts).flatMap(([key, fact]) =>
    fact === undefined ? [] : [[`RELEASE_PHASE_${key.toUpperCase()}`, textOf(fact)] as const],
  )
  return { RELEASE_PHASE_HOOK: name, ...Object.fromEntries(entries) }
}

function textOf(fact: Exclude<Fact, undefined>): string {
  if (fact instanceof Date) return fact.toISOString()
  const text = (typeof fact === 'object' ? fact.join('\n') : String(fact)).replaceAll('\0', '')
  if (text.length <= mostCharacters) return text
  // A name that is cut in two is the name of nothing.
  const end = text.lastIndexOf('\n', mostCharacters)
  return text.slice(0, end === -1 ? mostCharacters : end)
}

/** Migrations as facts: `pending` and `pending_count`, or the same of `applied`. */
export const migrationFacts = (
  kind: 'pending' | 'applied',
  migrations: readonly { readonly name: string }[],
): HookFacts => ({
  [kind]: migrations.map(({ name }) => name),
  [`${kind}_count`]: migrations.length,
})

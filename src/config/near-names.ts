import { nearest } from '../core/nearest.js'

// Elixir's `mix release` reads these; they are never a misspelling of ours.
// https://hexdocs.pm/mix/Mix.Tasks.Release.html#module-environment-variables
const elixir = new Set(
  'COOKIE NODE NAME VSN MODE ROOT TMP DISTRIBUTION BOOT_SCRIPT BOOT_SCRIPT_CLEAN COMMAND PROG SYS_CONFIG VM_ARGS REMOTE_VM_ARGS MUTABLE_DIR READ_ONLY'
    .split(' ')
    .map((name) => `RELEASE_${name}`),
)

/** Pairs of an environment variable and the name of ours that it nearly is. */
export function misspeltVariables(
  environment: readonly string[],
  ours: readonly string[],
): { readonly given: string; readonly meant: string }[] {
  const known = new Set(ours)
  return environment.flatMap((given) => {
    if (known.has(given) || elixir.has(given)) return []
    const meant = meantVariable(given, ours)
    return meant === undefined ? [] : [{ given, meant }]
  })
}

function meantVariable(given: string, ours: readonly string[]): string | undefined {
  const upper = given.toUpperCase().replaceAll('-', '_')
  if (upper.startsWith('RELEASE_')) {
    const suffix = upper.slice('RELEASE_'.length)
    const suffixes = ours.map((name) => name.slice('RELEASE_'.length))
    const meant = suffixes.includes(suffix) ? suffix : nearest(suffix, suffixes)
    return meant === undefined ? undefined : `RELEASE_${meant}`
  }
  // RELASE_SKIP_MIGRATIONS: only names long enough that two edits leave no doubt.
  return upper.length < 14 || !/^RE?L?E/.test(upper) ? undefined : nearest(upper, ours)
}

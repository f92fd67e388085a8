/**
 * The number of single-letter edits (insert, delete, replace, swap of neighbours) between two texts,
 * or `limit + 1` as soon as it must be more than `limit`.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1)
      }
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? limit + 1
}

/** The one of `names` that `word` was probably meant to be: at most two edits away, one for short words. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const limit = word.length < 6 ? 1 : 2
  let best: { name: string; distance: number } | undefined
  for (const name of names) {
    const distance = editDistance(word, name, limit)
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { name, distance }
  }
  return best?.name
}

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

/** Names for a sentence, at most ten: a formation may have a hundred dynos. */
export function nameSome(names: readonly string[]): string {
  if (names.length <= 10) return names.join(', ')
  return `${names.slice(0, 9).join(', ')} and ${names.length - 9} more`
}

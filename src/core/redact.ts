const replacement = '[redacted]'

// user:password@ in any URL, and the two token shapes that Heroku issues.
// https://devcenter.heroku.com/articles/platform-api-reference#authentication
// The word itself stands in our own advice on what a URL looks like.
const passwordInUrl = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):(?!password@)[^\s@/]+@/gi
const herokuToken = /\bHRKU-[A-Za-z0-9_-]{8,}/g

/**
 * Returns a function that takes secrets out of a text: each of `secrets` (as written, and as it stands
 * percent-encoded in a URL or escaped in JSON), any password inside a URL, and anything that looks like a Heroku token.
 * Secrets shorter than four characters are left, since removing `a` from every line hides the line.
 */
export function createRedactor(secrets: readonly (string | undefined)[]): (text: string) => string {
  const known = new Set<string>()
  for (const secret of secrets) {
    if (secret === undefined || secret.length < 4) continue
    known.add(secret)
    known.add(encodeURIComponent(secret))
    known.add(JSON.stringify(secret).slice(1, -1))
  }
  const longestFirst = [...known].toSorted((a, b) => b.length - a.length)
  return (text) => {
    let clean = text
    for (const secret of longestFirst) clean = clean.replaceAll(secret, replacement)
    return clean.replaceAll(passwordInUrl, `$1:${replacement}@`).replaceAll(herokuToken, replacement)
  }
}

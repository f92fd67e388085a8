/**
 * Everything in the environment that must never be printed: the API token, the secret and the addresses of webhooks,
 * and the password of every URL that has one, as it is written and decoded.
 */
export function secretsIn(environment: Readonly<Record<string, string | undefined>>): string[] {
  const whole = wholly.flatMap((name) => environment[name]?.trim() || [])
  const passwords = Object.values(environment).flatMap((value) => {
    if (value === undefined || !value.includes('://') || !URL.canParse(value.trim())) return []
    const { password, username } = new URL(value.trim())
    // postgres:postgres hides nothing, and taking that word out of every line would hide the line.
    return password === '' || password === username ? [] : [password, decoded(password)]
  })
  return [...whole, ...passwords]
}

// Who knows the address of an incoming webhook may post to it.
const wholly = ['HEROKU_API_KEY', 'RELEASE_WEBHOOK_SECRET', 'RELEASE_WEBHOOK_URL', 'RELEASE_SLACK_URL']

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const units = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** `41 GB`, `1.5 MB`, `812 bytes`; units of 1024, as PostgreSQL's pg_size_pretty counts them. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  const shown = value < 10 && unit > 0 ? Math.round(value * 10) / 10 : Math.round(value)
  return `${shown} ${units[unit] ?? ''}`
}

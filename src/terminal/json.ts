/** A value as `--json` and the log in JSON print it, on one line. Milliseconds are whole: fractions are noise. */
export const toJson = (value: object): string =>
  JSON.stringify(value, (key, entry: unknown) =>
    typeof entry === 'number' && key.endsWith('Ms') ? Math.round(entry) : entry,
  )

/** Environment variables as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Flags as they were parsed: by their long name, a value or true. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>

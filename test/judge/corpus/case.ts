/** A migration whose label is what it does on a server: nobody writes the label down. */
export interface CorpusCase {
  readonly name: string
  /** Files of the migration, in their order. */
  readonly files: readonly string[]
  /** Of one js migration instead: the body of its `up(pgm)`. */
  readonly js?: string
  /** The same change without a lock that stops anybody, where there is one: the short lock can be avoided then. */
  readonly online?: readonly string[]
  /** Instead of the shop and its code. */
  readonly before?: string
  readonly running?: string
  readonly role?: string
}

type Written = string | readonly string[] | Pick<CorpusCase, 'files' | 'online'>

/** Cases of a family: `name: SQL`, or several files. */
export const family = (prefix: string, cases: Readonly<Record<string, Written>>): CorpusCase[] =>
  Object.entries(cases).map(([name, written]) => ({
    name: `${prefix}: ${name}`,
    ...(typeof written === 'string'
      ? { files: [written] }
      : 'files' in written
        ? written
        : { files: written }),
  }))

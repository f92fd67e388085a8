import { randomBytes, randomInt } from 'node:crypto'

/** Cedar dynos are `web.1`; Fir dynos are `web-1234abcde-123ab` and change their name when replaced. */
export type Generation = 'cedar' | 'fir'

/** The name of the `index`th dyno of a type, counted from 1. */
export function formationDynoName(generation: Generation, type: string, index: number): string {
  return generation === 'fir' ? firName(type) : `${type}.${index}`
}

/** The name of a one-off dyno (`run.1234`) or of the release phase's (`release.1234`). */
export function oneOffDynoName(generation: Generation, type: string): string {
  return generation === 'fir' ? firName(type) : `${type}.${randomInt(1000, 10_000)}`
}

const firName = (type: string) => `${type}-${hex(9)}-${hex(5)}`

/** Random lower-case hexadecimal digits. */
export const hex = (digits: number) =>
  randomBytes(Math.ceil(digits / 2))
    .toString('hex')
    .slice(0, digits)

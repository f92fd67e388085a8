import { randomBytes } from 'node:crypto'

/** https://devcenter.heroku.com/articles/oauth#scopes */
export type Scope = 'global' | 'identity' | 'read' | 'read-protected' | 'write' | 'write-protected'

/** What a call needs of its token. */
export type Need = 'config-read' | 'config-write' | 'identity' | 'read' | 'write'

export interface Token {
  readonly scopes: readonly Scope[]
  readonly expired: boolean
}

export interface Tokens {
  create(scopes: readonly Scope[], options?: { expired?: boolean }): string
  find(token: string): Token | undefined
}

/** Issues tokens in the shape of Heroku's. */
export function createTokens(): Tokens {
  const issued = new Map<string, Token>()
  return {
    create: (scopes, options = {}) => {
      const token = `HRKU-${randomBytes(24).toString('base64url')}`
      issued.set(token, { scopes, expired: options.expired ?? false })
      return token
    },
    find: (token) => issued.get(token),
  }
}

// `read` and `write` leave out what may hold secrets; the protected scopes do not.
const enough: Readonly<Record<Need, readonly Scope[]>> = {
  identity: ['global', 'identity'],
  read: ['global', 'read', 'read-protected', 'write', 'write-protected'],
  write: ['global', 'write', 'write-protected'],
  'config-read': ['global', 'read-protected', 'write-protected'],
  'config-write': ['global', 'write-protected'],
}

/** Whether a token's scopes allow a call. */
export const allows = (token: Token, need: Need) => token.scopes.some((scope) => enough[need].includes(scope))

import { messageOf } from '../core/errors.js'

/**
 * True when the fault came before a byte of the request was sent: the name was not found, or the
 * connection was not made. Node names the system call that failed; with several addresses for one name it
 * tries them all and gives all the errors.
 */
export function neverArrived(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(neverArrived)
  const call = textOf(error, 'syscall')
  return call === 'connect' || call === 'getaddrinfo'
}

/** True when the other side's certificate, or its way of speaking TLS, was refused: it will be again. */
export function isCertificateFault(error: unknown): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_TLS|ERR_SSL|EPROTO/.test(
    textOf(error, 'code') ?? '',
  )
}

/** Why there was no answer, as the end of a sentence, with Node's code in brackets. */
export function reasonOf(error: unknown): string {
  const code = textOf(error, 'code')
  if (code === undefined) return messageOf(error)
  const words = sentences[code] ?? (isCertificateFault(error) ? 'TLS was refused' : messageOf(error))
  return `${words} (${code})`
}

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'the name of the host is unknown',
  EAI_AGAIN: 'the name of the host could not be looked up',
  ECONNRESET: 'the connection was cut before the answer was complete',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection was cut before the answer was complete',
  UND_ERR_SOCKET: 'the connection was cut before the answer was complete',
  EPIPE: 'the connection was cut before the answer was complete',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the host',
}

function textOf(error: unknown, name: 'code' | 'syscall'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const value: unknown = Reflect.get(error, name)
  return typeof value === 'string' ? value : undefined
}

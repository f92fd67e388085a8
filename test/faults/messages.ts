/** One message of PostgreSQL's wire protocol, whole. */
export interface Message {
  readonly from: 'client' | 'server'
  /** The type's letter; `startup` for the first packet of a connection, which has none. */
  readonly type: string
  readonly bytes: Buffer
}

/**
 * Cuts one direction of a connection without TLS into messages: feed it what arrives, it returns what is whole.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function createFramer(from: Message['from']): (chunk: Buffer) => Message[] {
  let rest = Buffer.alloc(0)
  let started = from === 'server'
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    const messages: Message[] = []
    for (;;) {
      const head = started ? 1 : 0
      if (rest.length < head + 4) return messages
      const size = head + rest.readInt32BE(head)
      if (rest.length < size) return messages
      messages.push({
        from,
        type: started ? String.fromCharCode(rest[0] ?? 0) : 'startup',
        bytes: Buffer.from(rest.subarray(0, size)),
      })
      rest = rest.subarray(size)
      started = true
    }
  }
}

/** Whether the message carries this text: a query its SQL, an error its SQLSTATE. */
export const carries = ({ bytes }: Message, text: string): boolean => bytes.includes(text)

/** Whether this startup packet opens a connection beside the one that migrates. */
export const isBeside = (message: Message): boolean =>
  ['watch', 'cancel', 'leash'].some((what) => carries(message, `release-phase ${what}`))

/** Who sent what, in a few words: `client Q BEGIN; SET LOCAL lock_timeout`. */
export function labelOf({ from, type, bytes }: Message): string {
  // A message p carries the password.
  const shown = from === 'client' && type === 'p' ? Buffer.alloc(0) : bytes.subarray(5)
  const text = shown
    .toString('latin1')
    .replaceAll(/[^ -~]+/g, ' ')
    .trim()
  return `${from} ${type} ${text.slice(0, 60)}`.trim()
}

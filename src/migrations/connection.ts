/** The connection that migrations run on; the story owns it. */
export interface MigrationConnection {
  query(text: string, values?: unknown[]): Promise<unknown>
  /** How many statements the server has completed on this connection since it was opened. */
  completed(): number
  /** `idle`, `in transaction` or `failed`. https://www.postgresql.org/docs/current/protocol-message-formats.html (ReadyForQuery) */
  status(): 'idle' | 'in transaction' | 'failed'
  /** How the server says that the last transaction ended, or the last part of one that was rolled back. */
  lastEnd(): 'COMMIT' | 'ROLLBACK' | undefined
}

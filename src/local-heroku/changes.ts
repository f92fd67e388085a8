/** Tells whoever waits that something may be different now. */
export interface Changes {
  notify(): void
  /** Returns the function that ends the subscription. */
  subscribe(listener: () => void): () => void
}

/** Makes a `Changes` without listeners. */
export function createChanges(): Changes {
  const listeners = new Set<() => void>()
  return {
    notify: () => {
      for (const listener of listeners) listener()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/**
 * Resolves with the first value of `read` that is not undefined, looking now and after every change;
 * with undefined when `deadlineMs` have passed, or when `stop` is aborted.
 */
export async function waitFor<Value>(
  changes: Changes,
  read: () => Value | undefined,
  deadlineMs: number,
  stop?: AbortSignal,
): Promise<Value | undefined> {
  const first = read()
  if (first !== undefined || stop?.aborted === true) return first
  return await new Promise((resolve) => {
    const finish = (value: Value | undefined) => {
      unsubscribe()
      clearTimeout(timer)
      stop?.removeEventListener('abort', giveUp)
      resolve(value)
    }
    const giveUp = () => finish(undefined)
    const unsubscribe = changes.subscribe(() => {
      const value = read()
      if (value !== undefined) finish(value)
    })
    const timer = setTimeout(giveUp, deadlineMs)
    stop?.addEventListener('abort', giveUp)
  })
}

/** Waits until `read` gives something, looking every few milliseconds. */
export async function eventually<Value>(
  read: () => Promise<Value | undefined | false> | Value | undefined | false,
  what: string,
  deadlineMs = 20_000,
): Promise<Value> {
  const deadline = performance.now() + deadlineMs
  for (;;) {
    const value = await read()
    if (value !== undefined && value !== false) return value
    if (performance.now() > deadline) throw new Error(`Waited ${deadlineMs} ms in vain for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

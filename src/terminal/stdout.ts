/**
 * Does the work while everything written to stdout goes to stderr instead: what the code of a migration prints
 * must not stand beside the one object of `--json`.
 */
export async function keepStdoutClear<Result>(work: () => Promise<Result>): Promise<Result> {
  process.stdout.write = process.stderr.write.bind(process.stderr)
  try {
    return await work()
  } finally {
    // The own property hid the stream's method.
    Reflect.deleteProperty(process.stdout, 'write')
  }
}

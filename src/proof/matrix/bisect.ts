/**
 * How many of `count` steps it takes until `holds` is no longer true, when it is true of none and false of all: the
 * number of the first step after which it is false, counted from 1. Asks about log2(count) times.
 */
export async function firstFailing(
  count: number,
  holds: (steps: number) => Promise<boolean>,
): Promise<number> {
  let good = 0
  let bad = count
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (await holds(middle)) good = middle
    else bad = middle
  }
  return bad
}

// C0 and C1 but for the tab, and what turns the direction of writing round. https://www.unicode.org/reports/tr9/
const steering = /(?!\t)[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu

/** One line from a file as a terminal may have it: a letter that would steer it is shown as one that does not. */
export const plain = (line: string): string => line.replaceAll(steering, '\uFFFD')

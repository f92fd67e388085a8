import { stripVTControlCharacters } from 'node:util'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A text as it may stand in HTML and in its attributes. */
export const escape = (text: string): string =>
  withoutControls(text).replaceAll(/[&<>"']/g, (letter) => entities[letter] ?? letter)

// An app may write colours; no page may hold what makes them.
const withoutControls = (text: string) =>
  stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, (letter) => (/[\n\t]/.test(letter) ? letter : ''))

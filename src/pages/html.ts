/** Markup that is safe to send as it is. */
export class Html {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

/** What may stand in a template. */
export type Fragment = Html | string | number | false | null | undefined | readonly Fragment[]

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/**
 * Markup with values in it: whatever is not markup itself is escaped, so nothing can be forgotten. Attributes are to be
 * quoted.
 */
export function html(strings: TemplateStringsArray, ...values: Fragment[]): Html {
  return new Html(strings.reduce((text, part, index) => text + render(values[index - 1]) + part))
}

function render(value: Fragment): string {
  if (value instanceof Html) return value.toString()
  if (value === false || value === null || value === undefined) return ''
  if (typeof value === 'object') return value.map(render).join('')
  return String(value).replace(/[&<>"']/g, (character) => escapes[character] ?? '')
}

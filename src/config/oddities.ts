const PAIRS_OF_QUOTES = /^(".*"|'.*'|`.*`)$/s
const TYPOGRAPHIC_QUOTE = /[“”„‟‘’‚‛「」『』«»＂＇]/
/** The full-width forms of ASCII, and the commas and the stop that a Chinese keyboard types. */
const FULL_WIDTH = /[\uff01-\uff5e、。]/
const OFFSET_OF_FULL_WIDTH = 0xfee0

/** Texts that stand where a value is to be written. */
const PLACEHOLDERS = [
  /^(<.*>|\[.*\]|\{.*\}|\$\{.*\}|%.*%)$/s,
  /^(ding)?(x{3,}|\*{3,}|\.{3,}|…+)$/i,
  /^((please|put|insert|enter|fill|paste)[-_ ]?(in[-_ ]?)?)?your[-_ ]/i,
  /^(change|replace)[-_ ]?(me|this|it)([^a-z]|$)/i,
  /^(todo|tbd|placeholder|null|undefined|none)$/i,
  /你的|您的|请填|填写|填入|替换|此处|这里/,
]

/** Says which character of a text came from a keyboard or an editor that means well, if any did. */
export function oddity(text: string): string | undefined {
  const quote = TYPOGRAPHIC_QUOTE.exec(text)?.[0]
  if (quote) return `holds the typographic quote ${quote}: leave it out`
  if (PAIRS_OF_QUOTES.test(text)) return 'has quotes around it that count as part of it: leave them out'
  const wide = FULL_WIDTH.exec(text)?.[0]
  return wide && `holds the full-width character ${wide}: write ${narrowed(wide)} instead`
}

/**
 * For settings that could pass with such a character in them.
 * @throws with the fault's text
 */
export function refuseOddity(text: string): void {
  const odd = oddity(text)
  if (odd) throw new Error(odd)
}

/** Whether a text only stands for the value that is to be written there. */
export function isPlaceholder(text: string): boolean {
  return PLACEHOLDERS.some((pattern) => pattern.test(text))
}

function narrowed(character: string): string {
  if (character === '、') return ','
  if (character === '。') return '.'
  return String.fromCharCode(character.charCodeAt(0) - OFFSET_OF_FULL_WIDTH)
}

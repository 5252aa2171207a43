import stringWidth from 'string-width'

/** A word, or one Chinese character with the punctuation that may not begin a line. */
const PIECES =
  /[\p{Script=Han}“（《][、。，；：！？”）》…]*|[、。，；：！？”）》…]+|[^\s\p{Script=Han}“（《、。，；：！？”）》…]+|\s+/gu

/** Breaks a text into lines of so many columns at most, of which a Chinese character takes two; only a longer word goes beyond. */
export function wrapText(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = /^ */.exec(text)?.[0] ?? ''
  for (const piece of text.trimStart().match(PIECES) ?? []) {
    if (line.trim() !== '' && stringWidth((line + piece).trimEnd()) > columns) {
      lines.push(line.trimEnd())
      line = ''
    }
    line += line === '' ? piece.trimStart() : piece
  }
  return [...lines, line.trimEnd()]
}

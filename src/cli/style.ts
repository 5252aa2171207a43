import { styleText } from 'node:util'

const styles = { fault: 'red', warning: 'yellow', done: 'green', heading: 'bold', hint: 'dim' } as const

/** What a colour says. */
export type Meaning = keyof typeof styles

/** A stream of this process that people or programs read. */
interface Output {
  isTTY?: boolean
}

/** Whether colours are shown there: as FORCE_COLOR or NO_COLOR says, else on terminals. */
export function hasColours(stream: Output, env: NodeJS.ProcessEnv = process.env): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: terminal } = env
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return !refused && stream.isTTY === true && terminal !== 'dumb'
}

/** The text in the colour of its meaning, where this stream shows colours. */
export function paint(meaning: Meaning, text: string, stream: Output = process.stdout): string {
  if (!hasColours(stream)) return text
  // Node would judge its own standard output, which need not be this stream.
  return styleText(styles[meaning], text, { validateStream: false })
}

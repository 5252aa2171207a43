import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'

export const KEY = { enter: '\r', down: '\u001b[B', ctrlC: '\u0003', ctrlD: '\u0004' } as const

/** A terminal, of 80 columns unless said otherwise, at which nobody sits but a test. */
export class TypedTerminal {
  readonly input = new PassThrough()
  readonly output
  /** All that was printed, without colours and movements of the cursor. */
  printed = ''
  #seen = 0

  constructor(columns = 80) {
    this.output = Object.assign(new PassThrough(), { columns, rows: 50 })
    this.output.setEncoding('utf8').on('data', (chunk: string) => {
      this.printed += stripVTControlCharacters(chunk)
      this.output.emit('printed')
    })
  }

  /** Waits until this is printed, later than what was waited for before; then types. */
  async answer(text: string, ...keys: string[]): Promise<void> {
    await this.shown(text)
    this.input.write(keys.join(''))
  }

  async shown(text: string): Promise<void> {
    for (;;) {
      const at = this.printed.indexOf(text, this.#seen)
      if (at >= 0) {
        this.#seen = at + text.length
        return
      }
      await once(this.output, 'printed')
    }
  }
}

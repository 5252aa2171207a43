import type { Readable, Writable } from 'node:stream'
import { styleText } from 'node:util'
import { intro, isCancel, log, outro, password, S_BAR, select, text } from '@clack/prompts'
import { Stopped } from './stopped.js'
import { wrapText } from './wrap-text.js'

/** A terminal, or what stands for one. */
export interface Terminal {
  input: Readable
  output: Writable
}

interface Question {
  message: string
  /** What Enter gives, shown in grey until something is written. */
  fallback?: string | undefined
  /** Below the message, in grey. */
  remark?: string | undefined
  /** What is wrong with an answer, which has no space around it. */
  problemOf?(answer: string): string | undefined
}

interface Choice<T> {
  value: T
  label: string
  hint?: string
}

/** The bar on the left and the gap beside it. */
const MARGIN = 3
const USUAL_COLUMNS = 80
/** A line that is an address or a command, and nothing else. */
const COPIED = /^ +(https?:|npx |npm )/

/** Asks, and says, in a terminal. What is asked throws `Stopped` on Ctrl-C, or once the signal says so. */
export class Prompter {
  readonly #terminal: Terminal
  readonly #signal: AbortSignal
  readonly #columns: number

  constructor({ input, output }: Terminal, signal: AbortSignal) {
    this.#terminal = { input, output }
    this.#signal = signal
    // Some terminals do not know their width: all would stand in one column.
    if ('columns' in output && output.columns === 0) Object.assign(output, { columns: USUAL_COLUMNS })
    const columns = 'columns' in output && typeof output.columns === 'number' ? output.columns : USUAL_COLUMNS
    this.#columns = Math.min(columns, USUAL_COLUMNS) - MARGIN - 1
  }

  async ask({ fallback, ...question }: Question): Promise<string> {
    const options = { ...this.#question(question, fallback !== undefined), defaultValue: fallback ?? '' }
    const answer = answered(await text(fallback ? { ...options, placeholder: fallback } : options))
    return answer.trim()
  }

  /** An answer that is not shown; without a fallback of its own, '' where Enter is enough. */
  async askSecret({ mayBeEmpty = false, ...question }: Question & { mayBeEmpty?: boolean }): Promise<string> {
    return answered(await password(this.#question(question, mayBeEmpty))).trim()
  }

  async choose<T extends string>(message: string, options: Choice<T>[], initial?: T): Promise<T> {
    const shown = options.map(({ value, label, hint }) => ({ value, label, ...(hint && { hint }) }))
    const answer = await select<string>({
      ...{ ...this.#askable(), message, options: shown, showInstructions: false },
      ...(initial !== undefined && { initialValue: initial }),
    })
    const chosen = answered(answer)
    const option = options.find(({ value }) => value === chosen)
    if (!option) throw new Error(`there is no choice ${chosen}`)
    return option.value
  }

  begin(title: string): void {
    intro(styleText('bold', title), this.#terminal)
  }

  /** The last words. */
  end(words: string): void {
    outro(words, this.#terminal)
  }

  step(lines: string | string[]): void {
    log.step(this.#wrapped(lines), this.#terminal)
  }

  /** `isNext`: right below what was said before. */
  good(lines: string | string[], { isNext = false } = {}): void {
    log.success(this.#wrapped(lines), { ...this.#terminal, spacing: isNext ? 0 : 1 })
  }

  warn(lines: string | string[]): void {
    log.warn(this.#wrapped(lines), this.#terminal)
  }

  /** Something that failed: what it was, what is the matter, and more about that. */
  bad([title = '', matter = '', ...lines]: string[]): void {
    const strong = this.#wrapped(matter)
      .split('\n')
      .map((line) => styleText('bold', line))
    log.error([this.#wrapped(title), ...strong, this.#wrapped(lines)].join('\n'), this.#terminal)
  }

  /** Lines below what was said, as they stand, to be copied: a long one is not broken. */
  show(lines: string[]): void {
    log.message(lines.map(highlighted), { ...this.#terminal, spacing: 0 })
  }

  soft(lines: string | string[]): void {
    const dimmed = this.#wrapped(lines)
      .split('\n')
      .map((line) => styleText('dim', line))
    log.message(dimmed, this.#terminal)
  }

  #question({ message, remark, problemOf }: Omit<Question, 'fallback'>, mayBeEmpty: boolean) {
    return {
      ...this.#askable(),
      message: remark ? `${message}\n${styleText('gray', S_BAR)}  ${styleText('dim', remark)}` : message,
      validate: (answer: string | undefined) => {
        const trimmed = answer?.trim() ?? ''
        return trimmed === '' && mayBeEmpty ? undefined : problemOf?.(trimmed)
      },
    }
  }

  /** Each question listens to a signal of its own: it never stops listening. */
  #askable() {
    return { ...this.#terminal, signal: AbortSignal.any([this.#signal]) }
  }

  #wrapped(lines: string | string[]): string {
    return [lines]
      .flat()
      .flatMap((line) => wrapText(line, this.#columns).map(highlighted))
      .join('\n')
  }
}

function answered(answer: string | symbol): string {
  if (isCancel(answer) || typeof answer === 'symbol') throw new Stopped()
  return answer
}

function highlighted(line: string): string {
  return COPIED.test(line) ? styleText('cyan', line) : line
}

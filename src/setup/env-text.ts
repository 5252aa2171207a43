import { OperatorError } from '../errors.js'

/** What dotenv and a shell both take as it stands. */
const PLAIN = /^[\w.:/@,+~-]+$/
const LINE_BREAK = /[\r\n\u2028\u2029]/

/**
 * One line of an env file. dotenv knows no escape: a value stands in a kind of quotes that it does not hold itself.
 * @throws {OperatorError} where no kind is left, or the value holds a line break; it names the setting, never the value
 */
export function assignment(name: string, value: string): string {
  if (LINE_BREAK.test(value)) throw new OperatorError(`${name} holds a line break.`)
  // Within double quotes dotenv would make a line break of \n.
  const quotes = value.includes('\\') ? ["'", '`'] : ["'", '"', '`']
  const quote = PLAIN.test(value) ? '' : quotes.find((one) => !value.includes(one))
  if (quote === undefined) throw new OperatorError(`${name} holds every kind of quotes.`)
  return `${name}=${quote}${value}${quote}`
}

/** The settings under a heading each, as an env file. */
export function envText(parts: readonly { heading: string; settings: Readonly<Record<string, string>> }[]): string {
  const blocks = parts
    .filter(({ settings }) => Object.keys(settings).length > 0)
    .map(({ heading, settings }) => {
      const lines = Object.entries(settings).map(([name, value]) => assignment(name, value))
      return [`# ${heading}`, ...lines].join('\n')
    })
  return `${blocks.join('\n\n')}\n`
}

import { OperatorError } from '../errors.js'
import type { Fault } from './faults.js'

const FAULTS_SHOWN = 50

/** A fault of a line of a file. */
export type PlacedFault = Fault & { number: number }

/** The same faults at the line of this number. */
export function placed(number: number, faults: Fault[]): PlacedFault[] {
  return faults.map((fault) => ({ number, ...fault }))
}

/** What of a file could not be done, of which the message has the first ones. */
export class RefusedLines extends OperatorError {
  override readonly name = 'RefusedLines'
  readonly faults: readonly Fault[]

  constructor(head: string, faults: PlacedFault[]) {
    const inOrder = faults
      .sort((a, b) => a.number - b.number)
      .map(({ number, path, problem }) => ({
        path: `line ${number}${path && `, ${path}`}`,
        problem,
      }))
    const shown = inOrder.slice(0, FAULTS_SHOWN).map(({ path, problem }) => `  ${path}: ${problem}`)
    const more = faults.length > FAULTS_SHOWN ? [`  … and ${faults.length - FAULTS_SHOWN} more`] : []
    super([head, ...shown, ...more].join('\n'))
    this.faults = inOrder
  }
}

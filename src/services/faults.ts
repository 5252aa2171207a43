import { OperatorError } from '../errors.js'

/** What cannot be as it is: where, such as `redirectUris[0]`, and what is wrong; never the value, which can hold a password. */
export interface Fault {
  path: string
  problem: string
}

/** The fault at a place, where there is a problem. */
export function faultAt(path: string, problem: string | undefined): Fault[] {
  return problem === undefined ? [] : [{ path, problem }]
}

/** Whatever stands in the list at this path once more. */
export function givenTwice(path: string, list: readonly (string | number)[]): Fault[] {
  const seen = new Set<string | number>()
  return list.flatMap((value, n) => {
    const isAgain = seen.has(value)
    seen.add(value)
    return faultAt(`${path}[${n}]`, isAgain ? 'is given twice' : undefined)
  })
}

/** What is wrong, all at once: nothing was changed. */
export class RefusedChange extends OperatorError {
  override readonly name = 'RefusedChange'
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super(['Nothing was changed:', ...faults.map(({ path, problem }) => `  ${path}: ${problem}`)].join('\n'))
    this.faults = faults
  }
}

/** The error for what is wrong. */
export function refused(faults: Fault[]): RefusedChange {
  return new RefusedChange(faults)
}

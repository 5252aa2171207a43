/** The stand-in's people are numbers: whoever holds the number knows the rest. */
export const unionIdOf = (person: number): string => `union-${person}`
export const nickOf = (person: number): string => `person-${person}`

/** A code that this person's consent would bring; `nonce` makes it another one at each login. */
export const codeOf = (person: number, nonce: number): string => `p${person}-${nonce}`
export const personOfCode = (code: string): number => numberIn(/^p(\d+)-\d+$/, code)
export const numberOf = (unionId: string): number => numberIn(/^union-(\d+)$/, unionId)

/** The directory's name for this person. */
export const useridOf = (person: number): string => `employee-${person}`
export const personOfUserid = (userid: string): number => numberIn(/^employee-(\d+)$/, userid)

/** The department of this person, and those above it up to the organisation. */
export const departmentsOf = (person: number): number[] => [1000 + (person % 8), 100 + (person % 2), 10, 1]
/** A role that everybody has. */
export const ROLE = 2001

function numberIn(pattern: RegExp, text: string): number {
  const digits = pattern.exec(text)?.[1]
  if (digits === undefined) throw new Error(`nobody is ${text}`)
  return Number(digits)
}

import { hash } from 'node:crypto'

/**
 * What is kept of somebody who was deleted: `name` is a username or a handle, of which neither may be another's; `unionId`
 * is of who was disabled, and stays out.
 */
type FormerKind = 'name' | 'email' | 'unionId'

/** SHA-256 in hexadecimal: says whether a name was somebody's, and tells no name to who does not guess it. */
export function formerHash(kind: FormerKind, text: string): string {
  return hash('sha256', `${kind} ${text}`, 'hex')
}

/** Those of these names whose hash is known. */
export function formerAmong(names: readonly string[], hashes: readonly string[]): string[] {
  const known = new Set(hashes)
  return known.size === 0 ? [] : names.filter((name) => known.has(formerHash('name', name)))
}

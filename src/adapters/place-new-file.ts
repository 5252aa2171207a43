import { linkSync, lstatSync, renameSync } from 'node:fs'

/** What file systems say that have no second name for a file, such as some of USB sticks and network shares. */
const WITHOUT_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP']

/** Gives a finished file its name, unless something stands there: then nothing is done, and the answer is false. */
export function placeNewFile(file: string, target: string): boolean {
  try {
    // Unlike a renaming, it never takes the place of a file.
    linkSync(file, target)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'EEXIST') return false
    if (!WITHOUT_LINKS.includes(code)) throw error
    if (lstatSync(target, { throwIfNoEntry: false })) return false
    renameSync(file, target)
  }
  return true
}

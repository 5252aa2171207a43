import { chmodSync, closeSync, constants, lstatSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import path from 'node:path'

const { O_CREAT, O_RDONLY } = constants
const OWNER_ONLY = 0o600
const OTHERS = 0o077

/**
 * Keeps an SQLite file from everybody but its owner, beginning with the moment in which it is made; Windows has no
 * such modes. Calls `onExposed` with each file that stays open to others, as it belongs to somebody else.
 */
export function keepPrivate(file: string, onExposed: (file: string) => void): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  if (process.platform === 'win32') return
  // Made before SQLite would make it. The files that SQLite puts beside it get the mode of this one.
  closeSync(openSync(file, O_CREAT | O_RDONLY, OWNER_ONLY))
  // SQLite puts them beside the file itself, not beside a link to it.
  const real = realpathSync(file)
  for (const each of [real, `${real}-wal`, `${real}-shm`]) if (!closeToOthers(each)) onExposed(each)
}

/**
 * Returns whether it is closed to others, or not there. A link is left alone: whoever may write into the folder could
 * have this program change another file.
 */
function closeToOthers(file: string): boolean {
  const found = lstatSync(file, { throwIfNoEntry: false })
  if (!found?.isFile() || (found.mode & OTHERS) === 0) return true
  try {
    chmodSync(file, OWNER_ONLY)
    return true
  } catch {
    return false
  }
}

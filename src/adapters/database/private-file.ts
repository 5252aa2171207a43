import { chmodSync, closeSync, constants, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
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
  for (const each of [file, `${file}-wal`, `${file}-shm`]) {
    if (existsSync(each) && !closeToOthers(each)) onExposed(each)
  }
}

/** Returns whether it is closed to others. */
function closeToOthers(file: string): boolean {
  if ((statSync(file).mode & OTHERS) === 0) return true
  try {
    chmodSync(file, OWNER_ONLY)
    return true
  } catch {
    return false
  }
}

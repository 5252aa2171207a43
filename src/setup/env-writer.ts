import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { placeNewFile } from '../adapters/place-new-file.js'
import { OperatorError } from '../errors.js'

/** Read and written by its owner alone. */
const MODE = 0o600

interface Plan {
  path: string
  text: string
  /** What stood there when the person agreed to replace it; undefined where nothing did. */
  replaces: string | undefined
  /** Looks at the file that was written, before it takes its place; throws where it will not do. */
  confirm(writtenPath: string): void
}

/**
 * Puts an env file in its place: at once, with mode 0600 from its first byte. What it replaces stays beside it as
 * `….before-setup`, whose path is returned.
 * @throws {OperatorError} where something else stands there than was agreed to
 */
export function writeEnvFile({ path: target, text, replaces, confirm }: Plan): string | undefined {
  const before = lookAt(target)
  const next = `${target}.${randomBytes(6).toString('hex')}.tmp`
  try {
    writeNew(next, text, before)
    confirm(next)
    if (replaces === undefined) {
      if (!placeNewFile(next, target)) throw new OperatorError(`${target} has appeared meanwhile.`)
      return undefined
    }
    if (!before || readFileSync(target, 'utf8') !== replaces)
      throw new OperatorError(`${target} was changed meanwhile.`)
    const copy = copyBeside(target, replaces, before)
    renameSync(next, target)
    return copy
  } finally {
    rmSync(next, { force: true })
  }
}

/**
 * What stands at this path; undefined where nothing does.
 * @throws {OperatorError} where it is no file of its own
 */
export function lookAt(target: string): Stats | undefined {
  const found = lstatSync(target, { throwIfNoEntry: false })
  // Whoever may write into the folder would decide by a link where a secret goes.
  if (found?.isSymbolicLink())
    throw new OperatorError(`${target} is a symbolic link: name the file itself with --output.`)
  if (found && !found.isFile()) throw new OperatorError(`${target} is no file.`)
  return found
}

/** Makes a file that is not there yet, for the owner of the one that it stands for. */
function writeNew(file: string, text: string, owner: Stats | undefined): void {
  const descriptor = openSync(file, 'wx', MODE)
  try {
    // The process may mask more than others' rights.
    fchmodSync(descriptor, MODE)
    if (owner && process.getuid?.() === 0) fchownSync(descriptor, owner.uid, owner.gid)
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function copyBeside(target: string, text: string, owner: Stats): string {
  for (let n = 1; ; n += 1) {
    const copy = `${target}.before-setup${n === 1 ? '' : `-${n}`}`
    try {
      writeNew(copy, text, owner)
      return path.normalize(copy)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
}

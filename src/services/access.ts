import { OperatorError } from '../errors.js'
import type { Application, ApplicationStep } from './application.js'
import type { Group, GroupStep } from './group.js'

/** All that decides who may use what, as an operator's change is judged by it. */
export interface Access {
  applications: Application[]
  groups: Group[]
  /** Of before these were read: what is changed while they are read is changed afterwards. */
  revision: number
}

export type AccessStep = ApplicationStep | GroupStep

/** The rows of applications and groups: operators change them, and servers read them when the revision is another. */
export interface AccessRows {
  /** Another number with each change; by one prepared statement. */
  revision(): Promise<number>
  read(): Promise<Access>
  /**
   * All steps in one transaction, or none. Returns false, and has done nothing, where anything has been changed since
   * this revision.
   */
  take(steps: readonly AccessStep[], revision: number): Promise<boolean>
}

/** What is to become of each group or application. */
export interface Planned {
  added: string[]
  changed: { id: string; fields: string[] }[]
  removed: string[]
  unchanged: string[]
}

/**
 * Does what was judged by what was read, unless somebody else was faster: two changes that are fine by themselves need
 * not be fine together.
 * @throws {OperatorError}
 */
export async function takeAlone(
  rows: AccessRows,
  { steps, revision }: { steps: readonly AccessStep[]; revision: number },
): Promise<void> {
  if (await rows.take(steps, revision)) return
  throw new ChangedMeanwhile()
}

/** Somebody else was faster. */
export class ChangedMeanwhile extends OperatorError {
  override readonly name = 'ChangedMeanwhile'

  constructor() {
    super('Somebody else has changed applications or groups meanwhile: look at what there is now, and try again.')
  }
}

/** By what an operator has judged the change: without it, by what there is at this moment. */
export interface Seen {
  revision?: number | undefined
}

/** What there is. @throws {ChangedMeanwhile} where it is no longer what was seen */
export async function readAsSeen(rows: AccessRows, { revision }: Seen): Promise<Access> {
  const access = await rows.read()
  if (revision !== undefined && revision !== access.revision) throw new ChangedMeanwhile()
  return access
}

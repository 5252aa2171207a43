import { randomUUID } from 'node:crypto'
import type { Administrators } from './administrators.js'
import type { Audit } from './audit.js'
import type { Fault } from './faults.js'
import type { HandleRows, PromiseRows } from './handle-rows.js'
import { namedBy, normalised } from './import-names.js'
import { type Change, type Judgement, judgeLine, type NewPerson } from './import-rules.js'
import { type PlacedFault, placed, RefusedLines } from './line-faults.js'
import type { PeopleAdmin } from './people-admin.js'
import type { ImportedUser, ImportRows, PromisedHandle, TransferLine } from './people-transfer.js'
import { SeenInFile } from './seen-in-file.js'

/** How many lines are judged together, and written in one step at most. */
const LINES_AT_ONCE = 200

/** A line of a file by its number, or what is wrong with it. */
export type ReadLine = { number: number } & ({ line: TransferLine } | { faults: Fault[] })

interface Options {
  rows: ImportRows
  handles: Pick<HandleRows, 'give'>
  promises: Pick<PromiseRows, 'promise'>
  people: Pick<PeopleAdmin, 'disable'>
  administrators: Pick<Administrators, 'make'>
  audit: Audit
  now?: () => number
}

type Wanted = { number: number; line: TransferLine; judgement: Exclude<Judgement, { is: 'faulty' | 'known' }> }

/** What a file asks for beside what is here. */
export interface ImportPlan {
  wanted: Wanted[]
  /** How many lines ask for nothing. */
  known: number
}

/** How many people were added, how many changed, how many handles promised, and how many lines asked for nothing. */
export type Imported = Record<'added' | 'changed' | 'promised' | 'known', number>

/**
 * People out of a file. All of it is judged before any of it is written; what is written, a step at a time, can be
 * written again, so that an import that was broken off is simply run once more.
 */
export class PeopleImport {
  readonly #options: Required<Options>

  constructor(options: Options) {
    this.#options = { now: Date.now, ...options }
  }

  /** @throws {OperatorError} with all that is wrong */
  async plan(lines: AsyncIterable<ReadLine>): Promise<ImportPlan> {
    const seen = new SeenInFile()
    const faults: PlacedFault[] = []
    const plan: ImportPlan = { wanted: [], known: 0 }
    for await (const some of batches(lines)) {
      for (const read of some) if ('faults' in read) faults.push(...placed(read.number, read.faults))
      const readable = some.flatMap((read) => ('line' in read ? [{ ...read, line: normalised(read.line) }] : []))
      for (const { number, line } of readable) faults.push(...placed(number, seen.note(number, line)))
      await this.#judge(readable, plan, faults)
    }
    if (faults.length > 0) throw new RefusedLines('Nothing was changed:', faults)
    return plan
  }

  /** How many of each a plan would do. */
  static count({ wanted, known }: ImportPlan): Imported {
    const of = (...kinds: string[]) => wanted.filter(({ judgement }) => kinds.includes(judgement.is)).length
    return { added: of('new'), changed: of('change'), promised: of('promise', 'former'), known }
  }

  /** @throws {OperatorError} where others came meanwhile and are in the way; all else is done then */
  async carryOut(plan: ImportPlan): Promise<Imported> {
    const left = await this.#writeAll(plan.wanted)
    // Who has come meanwhile is judged once more, as somebody who is here.
    const again: ImportPlan = { wanted: [], known: 0 }
    const faults: PlacedFault[] = []
    await this.#judge(left, again, faults)
    for (const { number } of await this.#writeAll(again.wanted))
      faults.push(...placed(number, [{ path: '', problem: 'somebody came meanwhile: run it again' }]))
    const planned = PeopleImport.count(plan)
    const added = planned.added - left.filter(({ judgement }) => judgement.is === 'new').length
    const done = { ...planned, added: added + PeopleImport.count(again).added, known: planned.known + again.known }
    if (done.added + done.changed + done.promised > 0) this.#options.audit.accountsMoved('accounts_imported', done)
    if (faults.length > 0) throw new RefusedLines('Everything is done but this:', faults)
    return done
  }

  async #judge(
    lines: { number: number; line: TransferLine }[],
    plan: ImportPlan,
    faults: PlacedFault[],
  ): Promise<void> {
    for (let from = 0; from < lines.length; from += LINES_AT_ONCE) {
      const some = lines.slice(from, from + LINES_AT_ONCE)
      const known = await this.#options.rows.known(namedBy(some.map(({ line }) => line)))
      for (const { number, line } of some) {
        const judgement = judgeLine(line, known)
        if (judgement.is === 'faulty') faults.push(...placed(number, judgement.faults))
        else if (judgement.is === 'known') plan.known++
        else plan.wanted.push({ number, line, judgement })
      }
    }
  }

  /** Returns what could not be written, as somebody came meanwhile. */
  async #writeAll(wanted: Wanted[]): Promise<Wanted[]> {
    const left: Wanted[] = []
    for (let from = 0; from < wanted.length; from += LINES_AT_ONCE) {
      const some = wanted.slice(from, from + LINES_AT_ONCE)
      left.push(...(await this.#add(some)))
      await this.#options.rows.keepFormer(
        some.flatMap(({ judgement }) => (judgement.is === 'former' ? [judgement.hash] : [])),
      )
      for (const each of some) if (!(await this.#change(each.judgement))) left.push(each)
    }
    return left
  }

  async #add(wanted: Wanted[]): Promise<Wanted[]> {
    const { rows } = this.#options
    const people = wanted.flatMap((each) =>
      each.judgement.is === 'new'
        ? [{ each, person: each.judgement.person, user: this.#userOf(each.judgement.person) }]
        : [],
    )
    if (people.length === 0) return []
    const ids = await rows.add(people.map(({ user }) => user))
    const added = people.filter(({ user }) => ids.has(user.id))
    const mailboxes = added.flatMap(({ person, user }) =>
      person.workEmails.map((address) => ({ address, userId: user.id })),
    )
    await rows.addWorkEmails(mailboxes)
    const withHandle = added.filter(({ user }) => user.handle !== null)
    await rows.dropPromises(withHandle.flatMap(({ user }) => [user.unionId, user.userid ?? user.unionId]))
    for (const { person, user } of added) if (person.administrator) await this.#makeAdministrator(user.id)
    return people.filter(({ user }) => !ids.has(user.id)).map(({ each }) => each)
  }

  #userOf({ workEmails: _, administrator: __, ...person }: NewPerson): ImportedUser {
    const { id = randomUUID(), handle = null, userid = null, avatarUrl = null } = person
    const { createdAt = new Date(this.#options.now()), lastLoginAt = null, disabledAt = null } = person
    const { unionId, username, nick } = person
    return { id, unionId, username, handle, userid, nick, avatarUrl, createdAt, lastLoginAt, disabledAt }
  }

  /** Returns false where somebody came meanwhile. */
  async #change(judgement: Judgement): Promise<boolean> {
    if (judgement.is === 'promise') return this.#promise(judgement)
    if (judgement.is !== 'change') return true
    const { rows, handles, people, audit } = this.#options
    const { user, expected, handle, disables, makesAdministrator, workEmails }: Change = judgement.change
    if (Object.keys(expected).length > 0 && !(await rows.changeExpected(user.unionId, expected))) return false
    if (handle !== undefined) {
      if ((await handles.give(user.id, handle)) !== handle) return false
      audit.handleGiven({ userId: user.id }, handle)
    }
    await rows.addWorkEmails(workEmails.map((address) => ({ address, userId: user.id })))
    if (makesAdministrator) await this.#makeAdministrator(user.id)
    if (disables) await people.disable(user.id)
    return true
  }

  async #promise({ person, handle }: PromisedHandle): Promise<boolean> {
    const isPromised = await this.#options.promises.promise(person, handle)
    if (isPromised) this.#options.audit.handleGiven({ promisedTo: person }, handle)
    return isPromised
  }

  async #makeAdministrator(userId: string): Promise<void> {
    const { administrators, audit } = this.#options
    if (await administrators.make(userId, null)) audit.administratorMade(userId)
  }
}

async function* batches<T>(all: AsyncIterable<T>): AsyncGenerator<T[]> {
  const batch: T[] = []
  for await (const one of all) {
    batch.push(one)
    if (batch.length === LINES_AT_ONCE) yield batch.splice(0)
  }
  if (batch.length > 0) yield batch
}

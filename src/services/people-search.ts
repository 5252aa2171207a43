import type { Administrators } from './administrators.js'
import type { StoredUser } from './ports.js'
import type { AliveAt, Sessions } from './sessions.js'

/** How many people a page shows. */
export const PEOPLE_AT_ONCE = 20
/** Longer than any name. */
const MAX_TEXT_LENGTH = 200

/** With how many sessions that are alive. */
export type FoundPerson = StoredUser & { sessions: number }

/** The people's rows, as they are looked through: each answer costs what it holds, however many people there are. */
export interface PeopleSearchRows {
  /** The first ones by username, behind this username: one more than a page at most. */
  page(position: { after: string; isDisabled: boolean }, alive: AliveAt): Promise<FoundPerson[]>
  /**
   * Whose username, nick, real name or handle begins so, in either case of A to Z, one more than a page of each at most;
   * and whose userid, unionid or id it is.
   */
  startingWith(text: string, alive: AliveAt): Promise<FoundPerson[]>
  /** Those with one of our ids, or an id of DingTalk's, by username. */
  withIds(ids: readonly string[], alive: AliveAt): Promise<FoundPerson[]>
}

/** A part of the people; `next` is where it goes on, undefined at the end. */
export interface PeoplePage {
  people: FoundPerson[]
  next: string | undefined
  /** There are more that fit, which only a longer text tells apart. */
  isCutOff: boolean
}

interface Options {
  rows: PeopleSearchRows
  sessions: Pick<Sessions, 'aliveAt'>
  administrators: Pick<Administrators, 'ids'>
}

/** Finds people for who looks after them. */
export class PeopleSearch {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  /** Everybody by username, or those who are disabled. @throws {AppError} `service_unavailable` */
  async page({
    after = '',
    isDisabled = false,
  }: {
    after?: string | undefined
    isDisabled?: boolean
  }): Promise<PeoplePage> {
    const { rows, sessions } = this.#options
    const found = await rows.page({ after, isDisabled }, sessions.aliveAt())
    const people = found.slice(0, PEOPLE_AT_ONCE)
    return { people, next: found.length > PEOPLE_AT_ONCE ? people.at(-1)?.username : undefined, isCutOff: false }
  }

  /** Those who may open this console: they are few. @throws {AppError} `service_unavailable` */
  async administrators(): Promise<PeoplePage> {
    const { rows, sessions, administrators } = this.#options
    const ids = await administrators.ids()
    return { people: await rows.withIds([...ids], sessions.aliveAt()), next: undefined, isCutOff: false }
  }

  /** Whose names begin so; who is called exactly so first. @throws {AppError} `service_unavailable` */
  async find(typed: string): Promise<PeoplePage> {
    const { rows, sessions } = this.#options
    const text = searchable(typed)
    if (text === '') return { people: [], next: undefined, isCutOff: false }
    const found = await rows.startingWith(text, sessions.aliveAt())
    const isExact = ({ username, handle, nick, profile, id, userid, unionId }: FoundPerson) =>
      [username, handle, nick, profile?.name, id, userid, unionId].includes(text)
    const sorted = [...found.filter(isExact), ...found.filter((person) => !isExact(person))]
    return { people: sorted.slice(0, PEOPLE_AT_ONCE), next: undefined, isCutOff: sorted.length > PEOPLE_AT_ONCE }
  }
}

/** As names are kept; what no database takes is left out. */
function searchable(typed: string): string {
  return typed
    .normalize('NFC')
    .replace(/\p{Cc}|\p{Cs}/gu, '')
    .trim()
    .slice(0, MAX_TEXT_LENGTH)
    .replace(/\p{Cs}/gu, '')
}

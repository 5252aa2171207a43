import type { Access } from './access.js'
import type { Application } from './application.js'
import type { DirectoryProfile } from './directory.js'
import type { Group } from './group.js'
import { GroupIndex } from './group-index.js'
import { isPermitted } from './permission.js'

/** So many are named; of the others there is a number. */
const MAX_NAMES = 10
/** Between two pages, so that logins get their turn. */
const REST_MS = 5
/** So long is counted at most: then it is said that more people are there. */
const MAX_MS = 6000

/** Somebody who has logged in here and may do so again. */
export interface Entrant {
  id: string
  username: string
  userid: string | null
  profile: DirectoryProfile | null
  hasSession: boolean
}

export interface EntrantRows {
  /** The first few hundred by id, behind this one. */
  entrants(afterId: string): Promise<Entrant[]>
}

/** Some people. */
export interface Crowd {
  count: number
  /** Of them, those who have a session. */
  signedIn: number
  /** The first ones. */
  names: string[]
}

/** Who comes to something that is for some people, and who does not any more. */
export interface Effect {
  kind: 'application' | 'group'
  /** The application's id, or the group's name. */
  id: string
  gain: Crowd
  lose: Crowd
}

/** What a change does to the people who are known here. */
export interface Effects {
  effects: Effect[]
  /** So many were looked at. */
  people: number
  /** Whether these were all. */
  isComplete: boolean
}

type Rules = Pick<Access, 'applications' | 'groups'>

/** Works out who gains and who loses entry when this becomes that; give it everybody, then read `effects`. */
export class EntryComparison {
  readonly effects: Effect[]
  readonly #before: GroupIndex
  readonly #after: GroupIndex
  readonly #judges: { effect: Effect; isIn: (side: 'before' | 'after', groups: string[]) => boolean }[]

  constructor(before: Rules, after: Rules) {
    this.#before = new GroupIndex(before.groups)
    this.#after = new GroupIndex(after.groups)
    const touched = touchedGroups(before.groups, after.groups)
    const groups = changedGroups(before.groups, after.groups).map((name) => ({
      effect: emptyEffect('group', name),
      isIn: (_side: 'before' | 'after', names: string[]) => names.includes(name),
    }))
    const applications = pairsOf(before.applications, after.applications)
      .filter(({ old, wanted }) => isConcerned(old, wanted, touched))
      .map(({ id, old, wanted }) => ({
        effect: emptyEffect('application', id),
        isIn: (side: 'before' | 'after', names: string[]) => {
          const application = side === 'before' ? old : wanted
          return application !== undefined && isPermitted(application, { groups: names })
        },
      }))
    this.#judges = [...groups, ...applications]
    this.effects = this.#judges.map(({ effect }) => effect)
  }

  add({ username, userid, profile, hasSession }: Omit<Entrant, 'id'>): void {
    const [before, after] = [this.#before, this.#after].map((index) =>
      profile === null ? [] : index.namesFor({ userid, profile }),
    )
    for (const { effect, isIn } of this.#judges) {
      const was = isIn('before', before ?? [])
      if (was === isIn('after', after ?? [])) continue
      const crowd = was ? effect.lose : effect.gain
      crowd.count++
      if (hasSession) crowd.signedIn++
      if (crowd.names.length < MAX_NAMES) crowd.names.push(profile?.name ?? username)
    }
  }
}

interface Options {
  rows: EntrantRows
  wait: (ms: number) => Promise<unknown>
  now: () => number
}

/**
 * What a change does to everybody who is known here: page by page, with rests, and for a few seconds at most.
 * @throws {AppError} `service_unavailable`
 */
export async function effectsOf(before: Rules, after: Rules, { rows, wait, now }: Options): Promise<Effects> {
  const comparison = new EntryComparison(before, after)
  const { effects } = comparison
  const until = now() + MAX_MS
  let people = 0
  let afterId = ''
  while (effects.length > 0) {
    const page = await rows.entrants(afterId)
    for (const entrant of page) comparison.add(entrant)
    people += page.length
    const last = page.at(-1)
    if (!last) break
    afterId = last.id
    if (now() > until) return { effects, people, isComplete: false }
    await wait(REST_MS)
  }
  return { effects, people, isComplete: true }
}

function emptyEffect(kind: Effect['kind'], id: string): Effect {
  return { kind, id, gain: nobody(), lose: nobody() }
}

function nobody(): Crowd {
  return { count: 0, signedIn: 0, names: [] }
}

/** The groups whose rules are others, new or gone. */
function changedGroups(before: readonly Group[], after: readonly Group[]): string[] {
  const rulesOf = (groups: readonly Group[]) =>
    new Map(groups.map(({ name, createdAt, ...rules }) => [name, JSON.stringify(rules)]))
  const [old, wanted] = [rulesOf(before), rulesOf(after)]
  return [...new Set([...old.keys(), ...wanted.keys()])].filter((name) => old.get(name) !== wanted.get(name))
}

/** Those, and every group that names one of them, directly or by others. */
function touchedGroups(before: readonly Group[], after: readonly Group[]): ReadonlySet<string> {
  const touched = new Set(changedGroups(before, after))
  const users = new Map<string, string[]>()
  for (const { name, groups } of [...before, ...after])
    for (const other of groups) users.set(other, [...(users.get(other) ?? []), name])
  // This comes to what it adds, too, and to each group once: circles end.
  for (const name of touched) for (const user of users.get(name) ?? []) touched.add(user)
  return touched
}

function pairsOf(before: readonly Application[], after: readonly Application[]) {
  const [old, wanted] = [before, after].map((all) => new Map(all.map((one) => [one.id, one])))
  const ids = new Set([...before, ...after].map(({ id }) => id))
  return [...ids].map((id) => ({ id, old: old?.get(id), wanted: wanted?.get(id) }))
}

/** Whether anybody's entry can be another than before. */
function isConcerned(
  old: Application | undefined,
  wanted: Application | undefined,
  touched: ReadonlySet<string>,
): boolean {
  if (JSON.stringify(old?.access) !== JSON.stringify(wanted?.access)) return true
  const access = wanted?.access ?? 'everyone'
  return access !== 'everyone' && access.some((name) => touched.has(name))
}

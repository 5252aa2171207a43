import type { Context } from '../context.js'
import { pager } from '../pages/components/notes.js'
import { table } from '../pages/components/table.js'
import { type Html, html } from '../pages/html.js'
import type { Group } from '../services/group.js'
import { type Member, membersOf } from '../services/group-members.js'
import type { ListedUser } from '../services/ports.js'
import { type Names, nameOf } from './group-picker.js'
import { groupTexts } from './texts/groups.js'
import type { Visit } from './visit.js'

/** So many people are read at a time, and so many times at most for a page: groups can be small among many. */
const PAGE = 100
const MAX_PAGES = 10
const ENOUGH = 40

interface Wanted {
  group: Group
  groups: readonly Group[]
  names: Names
}

/** Who is in a group now, and why: a page of them, by username. */
export async function groupMembers(
  { accessAdmin }: Pick<Context, 'accessAdmin'>,
  visit: Visit,
  { group, groups, names }: Wanted,
): Promise<Html> {
  const { language, href, query } = visit
  const t = groupTexts[language]
  let after = query.get('after') ?? undefined
  let isEnd = false
  const members: Member[] = []
  for (let n = 0; n < MAX_PAGES && !isEnd && members.length < ENOUGH; n++) {
    const people: ListedUser[] = await accessAdmin.people.page(after, PAGE)
    isEnd = people.length < PAGE
    after = people.at(-1)?.username
    for await (const some of membersOf(group.name, groups, once(people))) members.push(...some)
  }
  const cut = members.slice(0, ENOUGH)
  // Where not all are shown the next page begins behind the last one.
  const next = members.length > ENOUGH ? cut.at(-1)?.user.username : isEnd ? undefined : after
  const rows = cut.map(({ user, because }) => [
    html`<a href="${href(`/admin/people/${user.id}`)}"><bdi>${user.profile?.name ?? user.username}</bdi></a>`,
    html`${because.map((reason, n) => html`${n > 0 && ' ← '}${reasonText(reason, names, language)}`)}`,
  ])
  return html`<h2>${t.members}</h2><p class="soft">${t.onlyKnown}</p>
${rows.length === 0 ? html`<p>${t.nobodyInIt}</p>` : table({ caption: t.members, isCaptionHidden: true, columns: [{ title: t.person }, { title: t.because }], rows })}
${pager({ label: t.members, older: next === undefined ? undefined : { href: href(`/admin/groups/${group.name}`, { after: next }), text: t.more } })}`
}

function reasonText({ kind, id }: Member['because'][number], names: Names, language: Visit['language']): Html {
  const plain = kind === 'below department' ? 'department' : kind
  const named = nameOf({ kind: plain, id: String(id), name: names.get(`${plain} ${id}`) ?? '' }, language)
  return html`${named}${kind === 'below department' && html` <span class="soft">${groupTexts[language].below}</span>`}`
}

async function* once(people: ListedUser[]): AsyncGenerator<ListedUser[]> {
  yield people
}

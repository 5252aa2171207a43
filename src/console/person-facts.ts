import type { Context } from '../context.js'
import { definitionList } from '../pages/components/notes.js'
import { absoluteTime } from '../pages/components/time.js'
import { type Fragment, type Html, html } from '../pages/html.js'
import type { Application } from '../services/application.js'
import type { Reason } from '../services/group-index.js'
import type { KnownUser } from '../services/ports.js'
import type { ShownPerson } from './person-page.js'
import { type PeopleTexts, peopleTexts } from './texts/people.js'
import type { Visit } from './visit.js'

/** In which groups somebody is and why, and what they may open by them. */
export interface Allowed {
  groups: ReadonlyMap<string, Reason>
  applications: Pick<Application, 'id' | 'name'>[]
}

/** By the same rules as a login, and what was last known of them. @throws {AppError} `service_unavailable` */
export async function allowedTo({ accessRules, config }: Context, { userid, profile }: KnownUser): Promise<Allowed> {
  const { groups, permissions } = await accessRules.current()
  const isKnown = config.membership.hasProfiles && profile
  const reasons = isKnown ? groups.reasonsFor({ userid, profile }) : new Map<string, Reason>()
  return { groups: reasons, applications: permissions.permittedTo({ groups: [...reasons.keys()] }) }
}

/** Who this is, what the directory says of them, and what follows from it. */
export function factsOf({ language, href }: Visit, { user, allowed }: ShownPerson): Html {
  const texts = peopleTexts[language]
  const { facts } = texts
  const { profile } = user
  const known = (term: keyof PeopleTexts['facts'], text: string | null | undefined): [string, Fragment][] =>
    text ? [[facts[term], html`<bdi>${text}</bdi>`]] : []
  const named = ({ id, name }: { id: number; name: string | null }) => html`<bdi>${name ?? id}</bdi>`
  const groups = [...allowed.groups].map(
    ([name, reason]) =>
      html`<a href="${href(`/admin/groups/${name}`)}">${name}</a> <span class="soft">${whyOf(texts, user, reason)}</span>`,
  )
  const applications = allowed.applications.map(
    ({ id, name }) => html`<a href="${href(`/admin/applications/${id}`)}"><bdi>${name}</bdi></a>`,
  )
  return html`<section class="card">${definitionList([
    ...known('username', user.username),
    ...known('nick', user.nick),
    ...known('name', profile?.name),
    ...known('handle', user.handle),
    ...known('email', profile?.orgEmail),
    ...known('title', profile?.title),
    ...known('jobNumber', profile?.jobNumber),
    ...(profile
      ? ([
          [facts.departments, listOf(texts, profile.departments.map(named))],
          [facts.roles, listOf(texts, profile.roles.map(named))],
        ] as const)
      : []),
    [facts.groups, listOf(texts, groups)],
    [facts.applications, listOf(texts, applications)],
    [user.lastLoginAt ? facts.firstLogin : facts.imported, absoluteTime(user.createdAt)],
    [facts.lastLogin, user.lastLoginAt ? absoluteTime(user.lastLoginAt) : texts.notYet],
    [facts.read, user.profileReadAt ? absoluteTime(user.profileReadAt) : texts.unread],
    ...(['userid', 'unionId', 'id'] as const).flatMap((name) => known(name, user[name])),
  ])}</section>`
}

function listOf(texts: PeopleTexts, items: Html[]): Fragment {
  return items.length === 0 ? texts.none : items.map((item, index) => html`${index > 0 && html`<br>`}${item}`)
}

/** With the names that the directory gave of departments and roles. */
function whyOf(texts: PeopleTexts, { profile }: KnownUser, { kind, id }: Reason): string {
  const named = kind === 'role' ? profile?.roles : kind === 'department' ? profile?.departments : undefined
  return texts.why(kind, named?.find((one) => one.id === id)?.name ?? String(id))
}

import type { Context } from '../context.js'
import { type Html, html } from '../pages/html.js'
import type { Language } from '../pages/texts.js'
import type { Named } from '../services/access-lookup.js'
import type { GroupRules } from '../services/group.js'
import { tick } from './fields.js'
import { groupTexts } from './texts/groups.js'

/** What departments and roles are called, such as `department 1001`. */
export type Names = ReadonlyMap<string, string>

type Dependencies = Pick<Context, 'accessAdmin'>

/** The names of all that these rules name: departments, roles and people. */
export async function namesIn({ accessAdmin }: Dependencies, all: readonly GroupRules[]): Promise<Map<string, string>> {
  const { directoryNames, lookups } = accessAdmin
  const names = await directoryNames.namesOf(all.flatMap(namedIn))
  const people = await lookups.namesOfUserids(all.flatMap(({ userids }) => userids))
  for (const [userid, name] of people) names.set(`userid ${userid}`, name)
  return names
}

function namedIn({ departments, roles }: GroupRules): string[] {
  return [...departments.map(({ id }) => `department ${id}`), ...roles.map((id) => `role ${id}`)]
}

/** All that these rules name. */
export function pickedBy({ departments, roles, userids, groups }: GroupRules, names: Names): Named[] {
  const called = (kind: Named['kind'], id: string | number): Named => ({
    kind,
    id: String(id),
    name: names.get(`${kind} ${id}`) ?? '',
  })
  return [
    ...departments.map(({ id }) => called('department', id)),
    ...roles.map((id) => called('role', id)),
    ...userids.map((id) => called('userid', id)),
    ...groups.map((id) => called('group', id)),
  ]
}

/** Such as `Department 研发部 1001`. */
export function nameOf({ kind, id, name }: Named, language: Language): Html {
  return html`${groupTexts[language].kinds[kind]} <bdi>${name || id}</bdi>${name && html` <code class="soft">${id}</code>`}`
}

interface Picker {
  language: Language
  picked: readonly Named[]
  found: readonly Named[]
  /** The departments that count with those below them. */
  below: readonly string[]
  /** What was searched for. */
  find: string
  label: string
}

/** Ticked what is chosen, a search for more of it, and unticked what that found. */
export function picker({ language, picked, found, below, find, label }: Picker): Html {
  const t = groupTexts[language]
  const isPicked = ({ kind, id }: Named) => picked.some((one) => one.kind === kind && one.id === id)
  const line = (one: Named, isTicked: boolean) =>
    html`<li><label class="check"><input type="checkbox" name="${one.kind}" value="${one.id}"${isTicked && html` checked`}> <span>${nameOf(one, language)}</span></label>${
      one.kind === 'department' &&
      tick('below', t.below, { value: one.id, isTicked: below.includes(one.id) || !isTicked })
    }</li>`
  const news = found.filter((one) => !isPicked(one))
  return html`<ul id="picked">${picked.map((one) => line(one, true))}</ul>
<label for="find">${label}</label>
<div class="search"><input id="find" name="find" type="search" value="${find}" autocomplete="off" data-below="${t.below}" data-kinds="${JSON.stringify(t.kinds)}"> <button class="action quiet" name="do" value="find">${t.search}</button></div>
<ul id="found" aria-live="polite">${news.map((one) => line(one, false))}</ul>
${find !== '' && news.length === 0 && html`<p class="hint">${t.nothingFound}</p>`}`
}

import { type Html, html } from '../pages/html.js'
import { groupsCalled } from '../services/access-lookup.js'
import type { Group } from '../services/group.js'
import { choices, type FieldFaults, tick } from './fields.js'
import { applicationTexts } from './texts/applications.js'
import { groupTexts } from './texts/groups.js'
import type { Form, Visit } from './visit.js'

/** So many groups are all shown; of more those that are chosen, and what a search finds. */
const ALL_SHOWN = 20

type Access = 'everyone' | string[]

interface Choice {
  access: Access
  groups: readonly Group[]
  find: string
  faults: FieldFaults
}

/** Everyone, or the people of groups. */
export function accessChoice({ language }: Visit, { access, groups, find, faults }: Choice): Html {
  const t = applicationTexts[language]
  const chosen = access === 'everyone' ? [] : access
  const others =
    groups.length <= ALL_SHOWN ? groups.map(({ name }) => name) : groupsCalled(find, groups).map(({ id }) => id)
  const all = [...new Set([...chosen, ...others])]
  const search = html`<label for="find">${t.findGroup}</label><div class="search"><input id="find" name="find" type="search" value="${find}" autocomplete="off"><button class="action quiet" name="do" value="find">${groupTexts[language].search}</button></div>`
  return choices(
    t.who,
    html`${faults.notice('access')}
${tick('access', t.everyone, { value: 'everyone', isTicked: access === 'everyone', isOne: true })}
${tick('access', t.someGroups, { value: 'groups', isTicked: access !== 'everyone', isOne: true })}
<ul>${all.map((name) => html`<li>${tick('group', name, { value: name, isTicked: chosen.includes(name) })}</li>`)}</ul>
${groups.length === 0 && html`<p class="hint">${t.noGroups}</p>`}${groups.length > ALL_SHOWN && search}`,
  )
}

export function accessTyped(form: Form): Access {
  return form.get('access') === 'groups' ? [...new Set(form.getAll('group'))] : 'everyone'
}

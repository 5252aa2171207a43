import { type Html, html } from '../pages/html.js'
import { groupsCalled } from '../services/access-lookup.js'
import type { Group } from '../services/group.js'
import { type FieldFaults, tick } from './fields.js'
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
  const search = html`<p><label for="find">${t.findGroup}</label><br><input id="find" name="find" type="search" value="${find}" autocomplete="off"> <button class="action quiet" name="do" value="find">${groupTexts[language].search}</button></p>`
  return html`<fieldset><legend>${t.who}</legend>${faults.at('access')}
<p>${tick('access', t.everyone, { value: 'everyone', isTicked: access === 'everyone', type: 'radio' })}</p>
<p>${tick('access', t.someGroups, { value: 'groups', isTicked: access !== 'everyone', type: 'radio' })}</p>
<ul>${all.map((name) => html`<li>${tick('group', name, { value: name, isTicked: chosen.includes(name) })}</li>`)}</ul>
${groups.length > ALL_SHOWN && search}</fieldset>`
}

export function accessTyped(form: Form): Access {
  return form.get('access') === 'groups' ? [...new Set(form.getAll('group'))] : 'everyone'
}

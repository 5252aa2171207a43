import type { Context } from '../context.js'
import { actions, linkButton, submitButton } from '../pages/components/actions.js'
import { html } from '../pages/html.js'
import type { Access } from '../services/access.js'
import { lookUp } from '../services/access-lookup.js'
import { type Group, type NamedRules, rulesOf } from '../services/group.js'
import { conflictNotice, seenFields } from './conflict.js'
import { choices, FieldFaults, lineField } from './fields.js'
import { namesIn, pickedBy, picker } from './group-picker.js'
import { groupTexts } from './texts/groups.js'
import type { Form, Screen, Visit } from './visit.js'

/** The group that a form describes. */
export function groupTyped(form: Form, name: string): NamedRules {
  const numbers = (field: string) => [...new Set(form.getAll(field))].map(Number)
  const below = new Set(form.getAll('below'))
  return {
    name,
    departments: numbers('department').map((id) => ({ id, below: below.has(String(id)) })),
    roles: numbers('role'),
    userids: [...new Set(form.getAll('userid'))],
    groups: [...new Set(form.getAll('group'))],
  }
}

interface GroupForm {
  access: Access
  /** Undefined of a new one. */
  before: Group | undefined
  group: NamedRules
  /** What was sent; undefined where the form is opened. */
  form?: Form
  faults?: FieldFaults
  isConflict?: boolean
}

/** The form of a group, new or not. */
export async function groupForm(
  { accessAdmin }: Pick<Context, 'accessAdmin'>,
  visit: Visit,
  given: GroupForm,
): Promise<Screen> {
  const { access, before, group, form } = given
  const { language, token, href } = visit
  const t = groupTexts[language]
  const faults = given.faults ?? new FieldFaults([], language)
  const find = form?.get('find')?.trim() ?? ''
  const found = await lookUp(find, {
    rows: accessAdmin.lookups,
    groups: access.groups.filter(({ name }) => name !== group.name),
  })
  const names = await namesIn({ accessAdmin }, [group])
  for (const { kind, id, name } of found) if (name) names.set(`${kind} ${id}`, name)
  const now = before ? rulesOf(before) : {}
  const below = group.departments.filter((one) => one.below).map(({ id }) => String(id))
  return {
    section: 'groups',
    title: before ? before.name : t.add,
    status: given.isConflict ? 409 : faults.isEmpty ? 200 : 400,
    script: 'group-lookup.js',
    content: html`${given.isConflict && form && conflictNotice(visit, { form, now, typed: group, labels: { departments: t.kinds.department, roles: t.kinds.role, userids: t.kinds.userid, groups: t.kinds.group } })}
<form method="post" action="${href(before ? `/admin/groups/${before.name}/edit` : '/admin/new-group')}">${token}${seenFields(access.revision, now)}
${!before && lineField({ name: 'name', label: t.name, hint: t.nameHint, faults, value: group.name, isRequired: true })}
${faults.notice('')}
${choices(t.rules, html`<p class="hint">${t.rulesHint}</p>${['departments', 'roles', 'userids', 'groups'].map((field) => faults.notice(field))}${picker({ language, picked: pickedBy(group, names), found, below, find, label: t.find })}`)}
${actions(submitButton(t.go, { name: 'do', value: 'preview' }), linkButton(href(before ? `/admin/groups/${before.name}` : '/admin/groups'), t.cancel, { weight: 'quiet' }))}</form>`,
  }
}

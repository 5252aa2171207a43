import type { Context } from '../context.js'
import { actions, linkButton, submitButton } from '../pages/components/actions.js'
import { emptyState, notice } from '../pages/components/notes.js'
import { table } from '../pages/components/table.js'
import { html } from '../pages/html.js'
import { lookUp } from '../services/access-lookup.js'
import { usersOf } from '../services/group-rules.js'
import { groupOf, seenRevision, toolsFor } from './access-admin.js'
import type { ConsoleRouter } from './console-router.js'
import { addGroupEditing } from './group-edit.js'
import { groupMembers } from './group-members.js'
import { nameOf, namesIn, pickedBy } from './group-picker.js'
import { listOf } from './listing.js'
import { groupTexts } from './texts/groups.js'
import type { Screen, Visit } from './visit.js'

/** The console's groups. */
export function addGroups(console: ConsoleRouter, ctx: Context): void {
  const { rows, lookups } = ctx.accessAdmin
  console.page('/admin/groups', (visit) => list(ctx, visit))
  console.download('/admin/lookup', async ({ query, res }) => {
    res.json(await lookUp(query.get('q') ?? '', { rows: lookups, groups: (await rows.read()).groups }))
  })
  addGroupEditing(console, ctx)
  console.page('/admin/groups/:name', (visit) => show(ctx, visit))
  console.page('/admin/groups/:name/remove', (visit) => askRemoval(ctx, visit))
  console.change('/admin/groups/:name/remove', async (visit, form) => {
    await toolsFor(ctx, visit).groups.remove(visit.param('name'), { revision: seenRevision(form) })
    return { to: visit.href('/admin/groups') }
  })
}

async function list({ accessAdmin, config }: Context, visit: Visit): Promise<Screen> {
  const { language, href } = visit
  const t = groupTexts[language]
  const { groups } = await accessAdmin.rows.read()
  const { shown, search, more } = listOf(visit, groups, {
    path: '/admin/groups',
    keyOf: ({ name }) => name,
    textsOf: ({ name }) => [name],
  })
  const few = shown.map((group) => ({ group, first: { ...group, ...firstRules(group) } }))
  const names = await namesIn(
    { accessAdmin },
    few.map(({ first }) => first),
  )
  const lines = few.map(({ group, first }) => {
    const all = group.departments.length + group.roles.length + group.userids.length + group.groups.length
    const rules = pickedBy(first, names).map((one, n) => html`${n > 0 && ' · '}${nameOf(one, language)}`)
    return [
      html`<a href="${href(`/admin/groups/${group.name}`)}">${group.name}</a>`,
      html`${rules}${all > 3 && ` +${all - 3}`}`,
    ]
  })
  const add = linkButton(href('/admin/new-group'), t.add)
  return {
    section: 'groups',
    title: t.title,
    content: html`${!config.membership.hasProfiles && notice('warn', t.needsDirectory)}
${groups.length === 0 ? emptyState({ title: t.emptyTitle, text: t.empty, action: add }) : html`<div class="heading">${search}${add}</div>${table({ caption: t.title, isCaptionHidden: true, columns: [{ title: t.name }, { title: t.rules }], rows: lines })}${more}`}`,
  }
}

/** Three of them: a line is enough. */
function firstRules({ departments, roles, userids, groups }: Parameters<typeof pickedBy>[0]) {
  let left = 3
  const take = <T>(all: T[]) => {
    const some = all.slice(0, left)
    left -= some.length
    return some
  }
  return { departments: take(departments), roles: take(roles), userids: take(userids), groups: take(groups) }
}

/** So many rules and users are shown of one group. */
const MAX_SHOWN = 60

async function show({ accessAdmin }: Context, visit: Visit): Promise<Screen> {
  const { language, href, query } = visit
  const t = groupTexts[language]
  const access = await accessAdmin.rows.read()
  const group = groupOf(access, visit)
  const names = await namesIn({ accessAdmin }, access.groups.length > 200 ? [group] : [group, ...access.groups])
  const below = new Set(group.departments.filter((one) => one.below).map(({ id }) => String(id)))
  const picked = pickedBy(group, names)
  const rules = picked
    .slice(0, MAX_SHOWN)
    .map(
      (one) =>
        html`<li><span>${nameOf(one, language)}${one.kind === 'department' && below.has(one.id) && html` <span class="soft">${t.below}</span>`}</span></li>`,
    )
  const users = usersOf(group.name, access)
  const path = `/admin/groups/${group.name}`
  return {
    section: 'groups',
    title: group.name,
    content: html`${query.has('saved') && notice('ok', t.saved)}
<h2>${t.rules}</h2><ul>${rules}</ul>${picked.length > MAX_SHOWN && html`<p class="soft">+${picked.length - MAX_SHOWN}</p>`}
<h2>${t.usedBy}</h2><p>${users.slice(0, MAX_SHOWN).join(', ') || t.nobodyUses}${users.length > MAX_SHOWN && ` +${users.length - MAX_SHOWN}`}</p>
${actions(linkButton(href(`${path}/edit`), t.edit), linkButton(href(`${path}/remove`), t.remove, { weight: 'quiet' }))}
${await groupMembers({ accessAdmin }, visit, { group, groups: access.groups, names })}`,
  }
}

async function askRemoval({ accessAdmin }: Context, visit: Visit): Promise<Screen> {
  const { language, href, token } = visit
  const t = groupTexts[language]
  const access = await accessAdmin.rows.read()
  const { name } = groupOf(access, visit)
  const users = usersOf(name, access)
  const path = `/admin/groups/${name}`
  const back = linkButton(href(path), t.cancel, { weight: 'quiet' })
  return {
    section: 'groups',
    title: `${t.remove}: ${name}`,
    content:
      users.length > 0
        ? html`${notice('warn', t.removeInUse)}<ul>${users.slice(0, MAX_SHOWN).map((user) => html`<li>${user}</li>`)}</ul>${actions(back)}`
        : html`<form method="post" action="${href(`${path}/remove`)}">${token}<input type="hidden" name="revision" value="${access.revision}">
<p>${t.removeAsk(name)}</p>${actions(submitButton(t.remove, { weight: 'danger' }), back)}</form>`,
  }
}

import type { Context } from '../context.js'
import { type Access, ChangedMeanwhile } from '../services/access.js'
import type { Group, NamedRules } from '../services/group.js'
import { faultsOf } from '../services/groups.js'
import { groupOf, seenRevision, stillThere, toolsFor } from './access-admin.js'
import type { ConsoleRouter } from './console-router.js'
import { effectsPage } from './effects-page.js'
import { FieldFaults, isSearch } from './fields.js'
import { groupForm, groupTyped } from './group-form.js'
import type { Form, Outcome, Visit } from './visit.js'

const nothing: NamedRules = { name: '', departments: [], roles: [], userids: [], groups: [] }

/** New groups, and other rules for those that are there. */
export function addGroupEditing(console: ConsoleRouter, ctx: Context): void {
  const { rows } = ctx.accessAdmin
  console.page('/admin/new-group', async (visit) =>
    groupForm(ctx, visit, { access: await rows.read(), before: undefined, group: nothing }),
  )
  console.change('/admin/new-group', async (visit, form) => {
    const group = groupTyped(form, form.get('name')?.trim() ?? '')
    return judged(ctx, visit, { access: await rows.read(), before: undefined, group, form })
  })
  console.page('/admin/groups/:name/edit', async (visit) => {
    const access = await rows.read()
    const before = groupOf(access, visit)
    return groupForm(ctx, visit, { access, before, group: before })
  })
  console.change('/admin/groups/:name/edit', async (visit, form) => {
    const access = await rows.read()
    const name = visit.param('name')
    const before = stillThere(
      access.groups.find((one) => one.name === name),
      name,
    )
    return judged(ctx, visit, { access, before, group: groupTyped(form, name), form })
  })
}

interface Typed {
  access: Access
  before: Group | undefined
  group: NamedRules
  form: Form
}

async function judged(ctx: Context, visit: Visit, typed: Typed): Promise<Outcome> {
  const { access, before, group, form } = typed
  const action = form.get('do')
  if (action === 'edit' || isSearch(form)) return groupForm(ctx, visit, typed)
  if (seenRevision(form) !== access.revision) return groupForm(ctx, visit, { ...typed, isConflict: true })
  const faults = faultsOf(group, access)
  const isTaken = !before && access.groups.some(({ name }) => name === group.name)
  if (isTaken) faults.push({ path: 'name', problem: 'is there already' })
  if (faults.length > 0) return groupForm(ctx, visit, { ...typed, faults: new FieldFaults(faults, visit.language) })
  if (action !== 'save') return preview(ctx, visit, typed)
  try {
    return await save(ctx, visit, typed)
  } catch (error) {
    if (!(error instanceof ChangedMeanwhile)) throw error
    const now = await ctx.accessAdmin.rows.read()
    return groupForm(ctx, visit, {
      ...typed,
      access: now,
      before:
        before &&
        stillThere(
          now.groups.find(({ name }) => name === group.name),
          group.name,
        ),
      isConflict: true,
    })
  }
}

function preview(ctx: Context, visit: Visit, { access, before, group, form }: Typed) {
  const others = access.groups.filter(({ name }) => name !== group.name)
  const createdAt = before?.createdAt ?? new Date(ctx.accessAdmin.now())
  const after = { applications: access.applications, groups: [...others, { ...group, createdAt }] }
  return effectsPage(ctx, visit, { section: 'groups', before: access, after, form, action: visit.req.originalUrl })
}

async function save(ctx: Context, visit: Visit, { before, group, form }: Typed): Promise<Outcome> {
  const { groups } = toolsFor(ctx, visit)
  const { name, ...rules } = group
  const seen = { revision: seenRevision(form) }
  await (before ? groups.change(name, rules, seen) : groups.add(name, rules, seen))
  return { to: visit.href(`/admin/groups/${name}`, { saved: 'yes' }) }
}

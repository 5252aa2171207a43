import type { Context } from '../context.js'
import { type Access, ChangedMeanwhile } from '../services/access.js'
import type { Application, ApplicationSettings } from '../services/application.js'
import { judgeApplication, urisOf } from '../services/application-rules.js'
import { settingsOf } from '../services/applications.js'
import { accessFaults, applicationOf, seenRevision, stillThere, toolsFor } from './access-admin.js'
import { applicationForm, settingsTyped } from './application-form.js'
import type { ConsoleRouter } from './console-router.js'
import { effectsPage } from './effects-page.js'
import { FieldFaults, isSearch } from './fields.js'
import type { Form, Outcome, Visit } from './visit.js'

/** Other settings for an application; who would gain and lose entry is shown before that is saved. */
export function addApplicationEditing(console: ConsoleRouter, ctx: Context): void {
  const { rows } = ctx.accessAdmin
  console.page('/admin/applications/:id/edit', async (visit) => {
    const access = await rows.read()
    const before = applicationOf(access, visit)
    return applicationForm(visit, { access, before, settings: before })
  })
  console.change('/admin/applications/:id/edit', async (visit, form) => {
    const typed = await read(ctx, visit, form)
    const action = form.get('do')
    if (action === 'edit' || isSearch(form)) return applicationForm(visit, typed)
    if (seenRevision(form) !== typed.access.revision) return applicationForm(visit, { ...typed, isConflict: true })
    const faults = faultsIn(ctx, typed)
    if (faults.length > 0) return applicationForm(visit, { ...typed, faults: new FieldFaults(faults, visit.language) })
    const isOtherAccess = JSON.stringify(typed.settings.access) !== JSON.stringify(typed.before.access)
    return isOtherAccess && action !== 'save' ? preview(ctx, visit, typed) : save(ctx, visit, typed)
  })
}

interface Typed {
  access: Access
  before: Application
  settings: ApplicationSettings
  form: Form
}

async function read({ accessAdmin }: Context, visit: Visit, form: Form): Promise<Typed> {
  const access = await accessAdmin.rows.read()
  const id = visit.param('id')
  const before = stillThere(
    access.applications.find((one) => one.id === id),
    id,
  )
  return { access, before, settings: settingsTyped(form, settingsOf(before)), form }
}

function faultsIn(ctx: Context, { access, before, settings, form }: Typed) {
  const known = urisOf(before).map(({ uri }) => uri)
  const groups = new Set(access.groups.map(({ name }) => name))
  const { faults } = judgeApplication(before.id, settings, { allowHttp: form.has('allowHttp'), known, groups })
  return [...faults, ...accessFaults(settings.access, ctx)]
}

function preview(ctx: Context, visit: Visit, { access, before, settings, form }: Typed) {
  const applications = access.applications.map((one) => (one.id === before.id ? { ...one, ...settings } : one))
  const after = { groups: access.groups, applications }
  return effectsPage(ctx, visit, {
    section: 'applications',
    before: access,
    after,
    form,
    action: visit.req.originalUrl,
  })
}

async function save(ctx: Context, visit: Visit, { access, before, settings, form }: Typed): Promise<Outcome> {
  try {
    const judging = { allowHttp: form.has('allowHttp'), revision: access.revision }
    await toolsFor(ctx, visit).applications.change(before.id, settings, judging)
  } catch (error) {
    if (!(error instanceof ChangedMeanwhile)) throw error
    return applicationForm(visit, { ...(await read(ctx, visit, form)), isConflict: true })
  }
  return { to: visit.href(`/admin/applications/${before.id}`, { saved: 'yes' }) }
}

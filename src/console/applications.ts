import type { Context } from '../context.js'
import { actions, linkButton, submitButton } from '../pages/components/actions.js'
import { textField } from '../pages/components/field.js'
import { definitionList, emptyState, notice } from '../pages/components/notes.js'
import { personChip } from '../pages/components/person.js'
import { table } from '../pages/components/table.js'
import { absoluteTime } from '../pages/components/time.js'
import { type Fragment, type Html, html } from '../pages/html.js'
import type { Language } from '../pages/texts.js'
import type { Application } from '../services/application.js'
import { applicationOf, seenRevision, toolsFor } from './access-admin.js'
import { addApplicationEditing } from './application-edit.js'
import { addNewApplication, secretScreen } from './application-new.js'
import type { ConsoleRouter } from './console-router.js'
import { choices, tick } from './fields.js'
import { listOf } from './listing.js'
import { pasteView } from './paste-view.js'
import { applicationTexts } from './texts/applications.js'
import type { Screen, Visit } from './visit.js'

/** The console's applications. */
export function addApplications(console: ConsoleRouter, ctx: Context): void {
  console.page('/admin/applications', (visit) => list(ctx, visit))
  addNewApplication(console, ctx)
  addApplicationEditing(console, ctx)
  console.page('/admin/applications/:id', (visit) => show(ctx, visit))
  console.page('/admin/applications/:id/secret', (visit) => askRotation(ctx, visit))
  console.change('/admin/applications/:id/secret', async (visit, form) => {
    const how = { endOld: form.get('old') === 'end', revision: seenRevision(form) }
    return secretScreen(ctx, visit, await toolsFor(ctx, visit).applications.rotateSecret(visit.param('id'), how))
  })
  console.page('/admin/applications/:id/remove', (visit) => askRemoval(ctx, visit))
  console.change('/admin/applications/:id/remove', async (visit, form) => {
    const id = visit.param('id')
    if (form.get('id')?.trim() !== id) return askRemoval(ctx, visit, true)
    await toolsFor(ctx, visit).applications.remove(id, { revision: seenRevision(form) })
    return { to: visit.href('/admin/applications') }
  })
}

async function list({ accessAdmin }: Context, visit: Visit): Promise<Screen> {
  const { language, href } = visit
  const t = applicationTexts[language]
  const { applications } = await accessAdmin.rows.read()
  const listing = {
    path: '/admin/applications',
    keyOf: ({ id }: Application) => id,
    textsOf: ({ id, name }: Application) => [id, name],
  }
  const { shown, search, more } = listOf(visit, applications, listing)
  const rows = shown.map((one) => [
    personChip({ nick: one.name, avatarUrl: one.logoUrl }, href(`/admin/applications/${one.id}`)),
    t.kinds[one.kind],
    accessText(one, language, 3),
  ])
  const columns = [{ title: t.settings.name ?? '' }, { title: t.kind }, { title: t.settings.access ?? '' }]
  const add = linkButton(href('/admin/new-application'), t.add)
  return {
    section: 'applications',
    title: t.title,
    images: shown.map(({ logoUrl }) => logoUrl),
    content:
      applications.length === 0
        ? emptyState({ title: t.emptyTitle, text: t.empty, action: add })
        : html`<div class="heading">${search}${add}</div>${table({ caption: t.title, isCaptionHidden: true, columns, rows })}${more}`,
  }
}

function accessText({ access }: Pick<Application, 'access'>, language: Language, shown = 100): string {
  const t = applicationTexts[language]
  if (access === 'everyone') return t.everyone
  if (access.length === 0) return t.nobody
  return access.slice(0, shown).join(', ') + (access.length > shown ? ` +${access.length - shown}` : '')
}

async function show(ctx: Context, visit: Visit): Promise<Screen> {
  const { language, href, query } = visit
  const t = applicationTexts[language]
  const application = applicationOf(await ctx.accessAdmin.rows.read(), visit)
  const path = `/admin/applications/${application.id}`
  const action = (name: string, text: string) => linkButton(href(`${path}/${name}`), text, { weight: 'quiet' })
  return {
    section: 'applications',
    title: application.name,
    images: [application.logoUrl],
    script: 'copy.js',
    content: html`${query.has('saved') && notice('ok', t.saved)}
${application.description && html`<p>${application.description}</p>`}
${actions(action('edit', t.edit), application.kind === 'confidential' && action('secret', t.rotate), action('remove', t.remove))}
<h2>${t.facts}</h2>${factsOf(application, language)}
${pasteView(ctx, visit, { application })}<p class="soft">${application.kind === 'confidential' && t.pasteHint}</p>`,
  }
}

function factsOf(application: Application, language: Language): Html {
  const t = applicationTexts[language]
  const { settings } = t
  const { id, kind, openUrl, previousSecretUntil, createdAt } = application
  return definitionList([
    [t.id, html`<code>${id}</code>`],
    [t.kind, t.kinds[kind]],
    [settings.access ?? '', accessText(application, language)],
    [t.opens, openUrl ?? t.none],
    ...(kind === 'proxy' ? [] : openidFacts(application, language)),
    ...(previousSecretUntil ? [[t.oldSecret, absoluteTime(previousSecretUntil)] as const] : []),
    [t.added, absoluteTime(createdAt)],
  ])
}

function openidFacts(application: Application, language: Language): (readonly [string, Fragment])[] {
  const t = applicationTexts[language]
  const { settings } = t
  const { redirectUris, postLogoutRedirectUris, backchannelLogoutUri, usernameClaim, refreshTokens, scopes } =
    application
  const lines = (values: readonly string[]) =>
    values.length === 0 ? t.none : values.map((value, n) => html`${n > 0 && html`<br>`}<bdi>${value}</bdi>`)
  return [
    [settings.redirectUris ?? '', lines(redirectUris)],
    [settings.postLogoutRedirectUris ?? '', lines(postLogoutRedirectUris)],
    [settings.backchannelLogoutUri ?? '', backchannelLogoutUri ?? t.none],
    [settings.usernameClaim ?? '', t.usernameClaims[usernameClaim]],
    [settings.refreshTokens ?? '', refreshTokens ? t.yes : t.no],
    [settings.scopes ?? '', lines(scopes)],
  ]
}

async function askRotation({ accessAdmin }: Context, visit: Visit): Promise<Screen> {
  const { language, href, token } = visit
  const t = applicationTexts[language]
  const access = await accessAdmin.rows.read()
  const { id, name } = applicationOf(access, visit)
  const old = (value: string, text: string, isTicked: boolean) => tick('old', text, { value, isTicked, isOne: true })
  return {
    section: 'applications',
    title: `${t.rotate}: ${name}`,
    content: html`<form method="post" action="${href(`/admin/applications/${id}/secret`)}">${token}<input type="hidden" name="revision" value="${access.revision}">
${choices(t.rotateAsk, html`${old('keep', t.keepOld, true)}${old('end', t.endOld, false)}`)}
${actions(submitButton(t.rotate), linkButton(href(`/admin/applications/${id}`), t.cancel, { weight: 'quiet' }))}</form>`,
  }
}

async function askRemoval({ accessAdmin }: Context, visit: Visit, isWrong = false): Promise<Screen> {
  const { language, href, token } = visit
  const t = applicationTexts[language]
  const access = await accessAdmin.rows.read()
  const { id, name } = applicationOf(access, visit)
  return {
    section: 'applications',
    title: `${t.remove}: ${name}`,
    status: isWrong ? 400 : 200,
    content: html`<ul class="notes">${t.removeEnds.map((end) => html`<li>${end}</li>`)}</ul>
<form method="post" action="${href(`/admin/applications/${id}/remove`)}">${token}<input type="hidden" name="revision" value="${access.revision}">
${textField({ name: 'id', label: t.typeId(id), isRequired: true, fault: isWrong ? t.wrongId : undefined })}
${actions(submitButton(t.remove, { weight: 'danger' }), linkButton(href(`/admin/applications/${id}`), t.cancel, { weight: 'quiet' }))}</form>`,
  }
}

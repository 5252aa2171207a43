import type { Context } from '../context.js'
import { type Html, html } from '../pages/html.js'
import type { Language } from '../pages/texts.js'
import type { Application } from '../services/application.js'
import { applicationOf, seenRevision, toolsFor } from './access-admin.js'
import { addApplicationEditing } from './application-edit.js'
import { addNewApplication, secretScreen } from './application-new.js'
import type { ConsoleRouter } from './console-router.js'
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
  const line = (one: Application) =>
    html`<li><span class="person">${mark(one)}<a href="${href(`/admin/applications/${one.id}`)}"><bdi>${one.name}</bdi></a></span><span class="soft">${t.kinds[one.kind]} · ${accessText(one, language, 3)}</span></li>`
  return {
    section: 'applications',
    title: t.title,
    images: shown.map(({ logoUrl }) => logoUrl),
    content: html`${applications.length === 0 && html`<p>${t.empty}</p>`}
<p class="actions"><a class="action" href="${href('/admin/applications/new')}">${t.add}</a></p>
${search}<ul>${shown.map(line)}</ul>${more}`,
  }
}

/** The logo, or the initial in its place. */
function mark({ logoUrl, name }: Application): Html {
  if (logoUrl !== null)
    return html`<img src="${logoUrl}" alt="" width="32" height="32" loading="lazy" referrerpolicy="no-referrer">`
  return html`<span class="initial" aria-hidden="true">${[...name][0]?.toUpperCase()}</span>`
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
  const action = (name: string, text: string) =>
    html`<a class="action quiet" href="${href(`${path}/${name}`)}">${text}</a>`
  return {
    section: 'applications',
    title: application.name,
    images: [application.logoUrl],
    script: 'copy.js',
    content: html`${query.has('saved') && html`<p role="status">${t.saved}</p>`}
${application.description && html`<p>${application.description}</p>`}
<p class="actions">${action('edit', t.edit)} ${application.kind === 'confidential' && action('secret', t.rotate)} ${action('remove', t.remove)}</p>
<h2>${t.facts}</h2>${factsOf(application, language)}
${pasteView(ctx, visit, { application })}<p class="soft">${application.kind === 'confidential' && t.pasteHint}</p>`,
  }
}

function factsOf(application: Application, language: Language): Html {
  const t = applicationTexts[language]
  const { settings } = t
  const { previousSecretUntil } = application
  const isOpenid = application.kind !== 'proxy'
  const facts: [string, readonly string[]][] = [
    [t.id, [application.id]],
    [t.kind, [t.kinds[application.kind]]],
    [settings.access ?? '', [accessText(application, language)]],
    [t.opens, [application.openUrl ?? t.none]],
    ...(isOpenid ? openidFacts(application, language) : []),
    ...(previousSecretUntil ? [[t.oldSecret, [previousSecretUntil.toISOString()]] satisfies [string, string[]]] : []),
    [t.added, [application.createdAt.toISOString()]],
  ]
  return html`<table><tbody>${facts.map(([head, values]) => html`<tr><th scope="row">${head}</th><td>${values.map((value, n) => html`${n > 0 && html`<br>`}<bdi>${value}</bdi>`)}</td></tr>`)}</tbody></table>`
}

function openidFacts(application: Application, language: Language): [string, readonly string[]][] {
  const t = applicationTexts[language]
  const { settings } = t
  const { redirectUris, postLogoutRedirectUris, backchannelLogoutUri, usernameClaim, refreshTokens, scopes } =
    application
  const orNone = (values: readonly string[]) => (values.length > 0 ? values : [t.none])
  return [
    [settings.redirectUris ?? '', orNone(redirectUris)],
    [settings.postLogoutRedirectUris ?? '', orNone(postLogoutRedirectUris)],
    [settings.backchannelLogoutUri ?? '', [backchannelLogoutUri ?? t.none]],
    [settings.usernameClaim ?? '', [t.usernameClaims[usernameClaim]]],
    [settings.refreshTokens ?? '', [refreshTokens ? t.yes : t.no]],
    [settings.scopes ?? '', orNone(scopes)],
  ]
}

async function askRotation({ accessAdmin }: Context, visit: Visit): Promise<Screen> {
  const { language, href, token } = visit
  const t = applicationTexts[language]
  const access = await accessAdmin.rows.read()
  const { id, name } = applicationOf(access, visit)
  const old = (value: string, text: string, isChosen: boolean) =>
    html`<p><label><input type="radio" name="old" value="${value}"${isChosen && html` checked`}> ${text}</label></p>`
  return {
    section: 'applications',
    title: `${t.rotate}: ${name}`,
    content: html`<form method="post" action="${href(`/admin/applications/${id}/secret`)}">${token}<input type="hidden" name="revision" value="${access.revision}">
<fieldset><legend>${t.rotateAsk}</legend>${old('keep', t.keepOld, true)}${old('end', t.endOld, false)}</fieldset>
<p class="actions"><button class="action">${t.rotate}</button> <a class="action quiet" href="${href(`/admin/applications/${id}`)}">${t.cancel}</a></p></form>`,
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
    content: html`<ul>${t.removeEnds.map((end) => html`<li>${end}</li>`)}</ul>
<form method="post" action="${href(`/admin/applications/${id}/remove`)}">${token}<input type="hidden" name="revision" value="${access.revision}">
<p><label for="f-id">${t.typeId(id)}</label><br><input id="f-id" name="id" autocomplete="off" required${isWrong && html` aria-invalid="true"`}></p>
${isWrong && html`<p class="alert" role="alert">${t.wrongId}</p>`}
<p class="actions"><button class="action">${t.remove}</button> <a class="action quiet" href="${href(`/admin/applications/${id}`)}">${t.cancel}</a></p></form>`,
  }
}

import type { Context } from '../context.js'
import { actions, linkButton, submitButton } from '../pages/components/actions.js'
import { selectField } from '../pages/components/field.js'
import { notice } from '../pages/components/notes.js'
import { html } from '../pages/html.js'
import { applicationFor, type Product, productNames, products } from '../paste/products.js'
import { type Access, ChangedMeanwhile } from '../services/access.js'
import { isOpenHttp, judgeApplication } from '../services/application-rules.js'
import type { Fault } from '../services/faults.js'
import { accessFaults, seenRevision, toolsFor } from './access-admin.js'
import { accessChoice, accessTyped } from './access-choice.js'
import type { ConsoleRouter } from './console-router.js'
import { FieldFaults, isSearch, lineField, tick } from './fields.js'
import { copyable, pasteView } from './paste-view.js'
import { applicationTexts } from './texts/applications.js'
import { groupTexts } from './texts/groups.js'
import type { Form, Outcome, Screen, Visit } from './visit.js'

/** The way to a new application: three answers, then its secret with what to paste. */
export function addNewApplication(console: ConsoleRouter, ctx: Context): void {
  const { rows } = ctx.accessAdmin
  console.page('/admin/new-application', async (visit) => wizard(visit, { access: await rows.read() }))
  console.change('/admin/new-application', (visit, form) => make(ctx, visit, form))
}

interface Wizard {
  access: Access
  form?: Form
  faults?: readonly Fault[]
  isConflict?: boolean
}

function wizard(visit: Visit, { access, form = new URLSearchParams(), faults = [], isConflict }: Wizard): Screen {
  const { language, token, href } = visit
  const t = applicationTexts[language]
  const shown = new FieldFaults(faults, language)
  const product = productTyped(form)
  const address = form.get('address') ?? ''
  const options = products.map((one) => ({ value: one, text: productName(one, language) }))
  const choice = {
    access: accessTyped(form),
    groups: access.groups,
    find: form.get('find')?.trim() ?? '',
    faults: shown,
  }
  return {
    section: 'applications',
    title: t.add,
    status: isConflict ? 409 : faults.length > 0 ? 400 : 200,
    content: html`${isConflict && notice('bad', groupTexts[language].conflict)}
<form method="post" action="${href('/admin/new-application')}">${token}<input type="hidden" name="revision" value="${access.revision}">
${selectField({ name: 'product', label: t.product, options, value: product })}
${shown.notice('id')}${shown.notice('name')}
${lineField({ name: 'address', label: t.address, hint: t.addressHint, value: address, faults: shown, isRequired: true })}
${isOpenHttp(address) && html`<div class="field">${tick('allowHttp', t.allowHttp, { isTicked: form.has('allowHttp') })}</div>`}
${accessChoice(visit, choice)}
${actions(submitButton(t.make, { name: 'do', value: 'make' }), linkButton(href('/admin/applications'), t.cancel, { weight: 'quiet' }))}</form>`,
  }
}

async function make(ctx: Context, visit: Visit, form: Form): Promise<Outcome> {
  const access = await ctx.accessAdmin.rows.read()
  if (isSearch(form)) return wizard(visit, { access, form })
  if (seenRevision(form) !== access.revision) return wizard(visit, { access, form, isConflict: true })
  const product = productTyped(form)
  const wish = { product, address: form.get('address')?.trim() ?? '', access: accessTyped(form) }
  const { id, settings } = applicationFor({ ...wish, taken: new Set(access.applications.map((one) => one.id)) })
  const allowHttp = form.has('allowHttp')
  const groups = new Set(access.groups.map(({ name }) => name))
  const faults = [
    ...judgeApplication(id, settings, { allowHttp, groups }).faults,
    ...accessFaults(settings.access, ctx),
  ]
  if (faults.length > 0) return wizard(visit, { access, form, faults: faults.map(atQuestion) })
  try {
    const seen = { revision: access.revision }
    const made = await toolsFor(ctx, visit).applications.add(id, settings, { allowHttp, ...seen })
    return madeScreen(ctx, visit, { ...made, product })
  } catch (error) {
    if (!(error instanceof ChangedMeanwhile)) throw error
    return wizard(visit, { access: await ctx.accessAdmin.rows.read(), form, isConflict: true })
  }
}

/** What follows from an answer is wrong there. */
function atQuestion({ path, problem }: Fault): Fault {
  const isOfAddress = /^(redirectUris|postLogoutRedirectUris|backchannelLogoutUri|openUrl)/.test(path)
  return { path: isOfAddress ? 'address' : path, problem }
}

type Made = Parameters<typeof pasteView>[2]

function madeScreen(ctx: Context, visit: Visit, made: Made): Screen {
  const t = applicationTexts[visit.language]
  return { ...secretScreen(ctx, visit, made), title: t.made(made.application.name) }
}

/** The page with a new secret: of an answer to a form alone, so that it has no address. */
export function secretScreen(ctx: Context, visit: Visit, made: Made): Screen {
  const { language, href } = visit
  const { application, secret } = made
  const t = applicationTexts[language]
  return {
    section: 'applications',
    title: t.rotated,
    script: 'copy.js',
    content: html`${secret !== undefined && html`<section class="card"><h2>${t.secret}</h2><p>${t.secretOnce}</p>${copyable('secret', secret, language)}</section>`}
${pasteView(ctx, visit, made)}
${actions(linkButton(href(`/admin/applications/${application.id}`), t.toApplication))}`,
  }
}

function productTyped(form: Form): Product {
  const typed = form.get('product')
  return products.find((one) => one === typed) ?? 'grafana'
}

function productName(product: Product, language: Visit['language']): string {
  const t = applicationTexts[language]
  if (product === 'other') return t.otherProduct
  return product === 'proxy' ? t.proxyProduct : productNames[product]
}

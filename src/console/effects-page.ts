import { setTimeout as wait } from 'node:timers/promises'
import type { Context } from '../context.js'
import { actions, submitButton } from '../pages/components/actions.js'
import { notice } from '../pages/components/notes.js'
import { table } from '../pages/components/table.js'
import { type Html, html } from '../pages/html.js'
import type { Access } from '../services/access.js'
import { type Crowd, type Effects, effectsOf } from '../services/access-effects.js'
import { hiddenFields } from './fields.js'
import { effectTexts } from './texts/effects.js'
import type { Form, Screen, Visit } from './visit.js'

interface Preview {
  section: Screen['section']
  before: Access
  after: Pick<Access, 'applications' | 'groups'>
  form: Form
  action: string
}

/** Who would gain and who would lose entry, before anything is saved: the form goes on from here, or back. */
export async function effectsPage(
  { accessAdmin }: Pick<Context, 'accessAdmin'>,
  visit: Visit,
  preview: Preview,
): Promise<Screen> {
  const { section, before, after, form, action } = preview
  const t = effectTexts[visit.language]
  const found = await effectsOf(before, after, { rows: accessAdmin.lookups, wait, now: Date.now })
  form.set('revision', String(before.revision))
  return {
    section,
    title: t.title,
    content: html`<p>${t.nothingYet}</p>
${effectsTable(visit, found, after)}
<p class="soft">${t.lookedAt(found.people)}${!found.isComplete && html` ${t.incomplete}`}</p>
<form method="post" action="${action}">${visit.token}${hiddenFields(form)}
${actions(submitButton(t.save, { name: 'do', value: 'save' }), submitButton(t.back, { weight: 'quiet', name: 'do', value: 'edit' }))}</form>`,
  }
}

function effectsTable({ language }: Visit, { effects }: Effects, after: Pick<Access, 'applications'>): Html {
  const t = effectTexts[language]
  const some = effects.filter(({ gain, lose }) => gain.count + lose.count > 0)
  if (some.length === 0) return notice('ok', t.nobody)
  const names = new Map(after.applications.map(({ id, name }) => [id, name]))
  const rows = some
    .slice(0, MAX_EFFECTS)
    .map(({ kind, id, gain, lose }) => [
      html`${t[kind]} <bdi>${kind === 'application' ? (names.get(id) ?? id) : id}</bdi>`,
      crowd(gain, language),
      crowd(lose, language),
    ])
  return html`${table({ caption: t.title, isCaptionHidden: true, columns: [{ title: t.what }, { title: t.gain }, { title: t.lose }], rows })}
${some.length > MAX_EFFECTS && html`<p>${t.more(some.length - MAX_EFFECTS)}</p>`}`
}

const MAX_EFFECTS = 20

function crowd({ count, signedIn, names }: Crowd, language: Visit['language']): Html {
  const t = effectTexts[language]
  if (count === 0) return html`–`
  return html`<strong>${t.count(count)}</strong>${signedIn > 0 && html` ${t.signedIn(signedIn)}`}<br><span class="soft">${names.map((name, n) => html`${n > 0 && t.comma}<bdi>${name}</bdi>`)}${count > names.length && '…'}</span>`
}

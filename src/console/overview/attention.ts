import type { ConfigFault } from '../../config/cross-faults.js'
import { type Html, html } from '../../pages/html.js'
import type { HourlyFigure } from '../../services/audit-trail.js'
import { DAY } from '../../time.js'
import { overviewTexts } from '../texts/overview.js'
import type { Visit } from '../visit.js'
import type { Health } from './health.js'
import { total } from './slots.js'

interface Seen {
  events: readonly HourlyFigure[]
  warnings: readonly ConfigFault[]
  health: Health
  now: Date
}

const toLookAt = ['audit_dropped', 'application_not_told_of_logout', 'work_email_of_another'] as const

/** What somebody should look at, each with the way there. */
export function attentionOf({ language, href }: Visit, { events, warnings, health, now }: Seen): Html | undefined {
  const texts = overviewTexts[language]
  const since = now.getTime() - DAY
  const lines: Html[] = []
  for (const event of toLookAt) {
    const count = total(events.filter(({ name, hour }) => name === event && hour.getTime() >= since))
    if (count > 0) lines.push(html`<a href="${href('/admin/trail', { event })}">${texts.toLookAt[event](count)}</a>`)
  }
  if (warnings.length > 0) lines.push(html`<a href="${href('/admin/settings')}">${texts.warnings(warnings.length)}</a>`)
  // DingTalk's problems stand above, in a card of their own.
  if (lines.length === 0 && health.problems.length > 0) return undefined
  if (lines.length === 0) return html`<p class="soft">${texts.nothing}</p>`
  return html`<section class="card"><h2>${texts.attention}</h2><ul class="rows">${lines.map((line) => html`<li>${line}</li>`)}</ul></section>`
}

import { badge } from '../../pages/components/notes.js'
import { deviceOf } from '../../pages/device.js'
import { type Fragment, type Html, html } from '../../pages/html.js'
import { texts as pageTexts } from '../../pages/texts.js'
import type { AuditRecord } from '../../services/audit-trail.js'
import type { NamedPerson } from '../../services/people-names.js'
import { eventWords, outcomeWords } from '../outcome-words.js'
import { serverTime } from '../server-time.js'
import { shellTexts } from '../texts/shell.js'
import { trailTexts } from '../texts/trail.js'
import type { Visit } from '../visit.js'

type Names = ReadonlyMap<string, NamedPerson>

/**
 * Records of the trail, as people read them. Roles stand there because rows are cards where the window is narrow; end
 * tags that HTML does without are left out, as rows are many.
 */
export function recordTable(visit: Visit, records: readonly AuditRecord[], names: Names): Html {
  const { columns } = trailTexts[visit.language]
  const heads = Object.values(columns).map((title) => html`<th role="columnheader" scope="col">${title}`)
  const rows = records.map((record) => {
    const cells = rowOf(visit, record, names).map((cell) => html`<td role="cell">${cell}`)
    return html`<tr role="row">${cells}\n`
  })
  return html`<div class="table dense"><table role="table"><caption class="unseen">${shellTexts[visit.language].sections.trail}</caption>
<thead role="rowgroup"><tr role="row">${heads}<tbody role="rowgroup">
${rows}</table></div>`
}

function rowOf(visit: Visit, record: AuditRecord, names: Names): Fragment[] {
  const { language, href } = visit
  const { id, at, event, userId, application, administratorId, ip, userAgent } = record
  const { doneBy } = trailTexts[language]
  const by = administratorId !== null && administratorId !== userId && doneBy(nameOf(administratorId, names))
  return [
    html`<a href="${href(`/admin/trail/${id}`)}">${serverTime(at)}</a>`,
    html`${eventWords(event, language)}${by && html` <br><span class="soft"><bdi>${by}</bdi></span>`}`,
    userId && personLink(visit, userId, names),
    application && html`<bdi>${application}</bdi>`,
    outcomeOf(record, language),
    html`${deviceOf(userAgent ?? '', pageTexts[language].account)}${ip && html` <br><span class="soft">${ip}</span>`}`,
  ]
}

/** The person's name, which leads to their page; the id of somebody who is gone. */
export function personLink({ href }: Pick<Visit, 'href'>, userId: string, names: Names): Html {
  const person = names.get(userId)
  if (!person) return html`<code>${userId}</code>`
  return html`<a href="${href(`/admin/people/${person.id}`)}"><bdi>${person.nick}</bdi></a>`
}

export function nameOf(userId: string, names: Names): string {
  return names.get(userId)?.nick ?? userId
}

/** How it ended, in words: what ended as somebody wished is no refusal. */
export function outcomeOf({ event, outcome }: AuditRecord, language: Visit['language']): Html {
  if (outcome === null) return badge('ok', trailTexts[language].wentWell)
  return badge(event === 'session_ended' ? 'neutral' : 'bad', outcomeWords(outcome, language))
}

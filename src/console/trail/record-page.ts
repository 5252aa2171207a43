import type { Context } from '../../context.js'
import { AppError } from '../../errors.js'
import { linkButton } from '../../pages/components/actions.js'
import { definitionList } from '../../pages/components/notes.js'
import { table } from '../../pages/components/table.js'
import { deviceOf } from '../../pages/device.js'
import { type Fragment, type Html, html } from '../../pages/html.js'
import { texts as pageTexts } from '../../pages/texts.js'
import type { AuditRecord } from '../../services/audit-trail.js'
import { eventWords, outcomeWords } from '../outcome-words.js'
import { serverTime } from '../server-time.js'
import { type TrailTexts, trailTexts } from '../texts/trail.js'
import type { Screen, Visit } from '../visit.js'
import { namesIn } from './export.js'
import { outcomeOf, personLink } from './record-table.js'

/** A value is shown so far: a page stays below its size whatever was changed. */
const MAX_VALUE = 2000

type Dependencies = Pick<Context, 'auditTrail' | 'peopleNames'>

/** All that is known of one record, with what was changed. */
export async function recordScreen(visit: Visit, { auditTrail, peopleNames }: Dependencies): Promise<Screen> {
  const { language, param, href } = visit
  const record = await findRecord(param('id'), auditTrail)
  const texts = trailTexts[language]
  const names = await namesIn([record], peopleNames)
  const { at, userId, administratorId, application, sessionId, requestId, ip, userAgent } = record
  const known: [string, Fragment][] = [
    [texts.columns.time, serverTime(at)],
    [texts.columns.outcome, outcomeOf(record, language)],
    [
      texts.details.code,
      record.outcome && html`<code>${record.outcome}</code> ${outcomeWords(record.outcome, language)}`,
    ],
    [texts.columns.person, userId && personLink(visit, userId, names)],
    [texts.details.administrator, administratorId && personLink(visit, administratorId, names)],
    [texts.columns.application, application && html`<bdi>${application}</bdi>`],
    [texts.details.address, ip],
    [texts.details.device, userAgent && deviceOf(userAgent, pageTexts[language].account)],
    [texts.details.userAgent, userAgent && html`<bdi>${userAgent.slice(0, MAX_VALUE)}</bdi>`],
    [texts.details.session, sessionId && html`<code>${sessionId}</code>`],
    [texts.details.request, requestId && html`<code>${requestId}</code>`],
    [texts.details.record, html`<code>${record.id}</code>`],
  ]
  return {
    section: 'trail',
    title: eventWords(record.event, language),
    content: html`${definitionList(known.filter(([, value]) => Boolean(value)))}
${detailsOf(record, texts)}
<p class="actions">${linkButton(href('/admin/trail'), texts.details.back, { weight: 'quiet' })}</p>`,
  }
}

/** @throws {AppError} `not_found` */
async function findRecord(id: string, auditTrail: Dependencies['auditTrail']): Promise<AuditRecord> {
  if (!/^[0-9a-f]{24}$/.test(id)) throw new AppError('not_found')
  const next = (BigInt(`0x${id}`) + 1n).toString(16).padStart(24, '0')
  const [record] = (await auditTrail.page({}, { before: next, size: 1 })).records
  if (record?.id !== id) throw new AppError('not_found')
  return record
}

function detailsOf({ details }: AuditRecord, texts: TrailTexts): Html {
  const { before, after, ...more } = details ?? {}
  const others = Object.entries(more).map(([name, value]): [string, Fragment] => [name, written(value)])
  return html`${(isFields(before) || isFields(after)) && changes(isFields(before) ? before : {}, isFields(after) ? after : {}, texts)}
${others.length > 0 && html`<h2>${texts.details.more}</h2>${definitionList(others)}`}`
}

function changes(before: Record<string, unknown>, after: Record<string, unknown>, { details }: TrailTexts): Html {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return table({
    caption: details.changes,
    columns: [details.field, details.before, details.after].map((title) => ({ title })),
    rows: fields.map((field) => [html`<code>${field}</code>`, written(before[field]), written(after[field])]),
  })
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function written(value: unknown): Html {
  if (value === undefined || value === null) return html`–`
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return html`<bdi>${text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text}</bdi>`
}

import type { Context } from '../../context.js'
import { linkButton } from '../../pages/components/actions.js'
import { emptyState, notice, pager } from '../../pages/components/notes.js'
import { type Html, html } from '../../pages/html.js'
import type { ConsoleRouter } from '../console-router.js'
import { serverTime, serverZone } from '../server-time.js'
import { shellTexts } from '../texts/shell.js'
import { trailTexts } from '../texts/trail.js'
import type { Screen, Visit } from '../visit.js'
import { namesIn, sendCsv } from './export.js'
import { filterForm } from './filter-form.js'
import { recordScreen } from './record-page.js'
import { recordTable } from './record-table.js'
import { type Found, findFilter, readTrailQuery, type TrailQuery } from './trail-filter.js'

/** As many as 30 KB hold, with names of any length. */
const PAGE = 20

/** The audit trail: its pages, one record of it, and the file. */
export function addTrail(console: ConsoleRouter, ctx: Context): void {
  console.page('/admin/trail', (visit) => trailScreen(visit, ctx))
  console.download('/admin/trail.csv', async (visit) => {
    const now = new Date(ctx.now())
    const { filter } = await findFilter(readTrailQuery(visit.query), ctx.peopleNames, now)
    // Several people are meant: the page asks whom.
    if (!filter) return visit.res.redirect(303, visit.req.originalUrl.replace('/admin/trail.csv', '/admin/trail'))
    await sendCsv(visit, ctx, { ...filter, until: filter.until ?? now })
  })
  console.page('/admin/trail/:id', (visit) => recordScreen(visit, ctx))
}

async function trailScreen(visit: Visit, ctx: Context): Promise<Screen> {
  const { language, query, href } = visit
  const texts = trailTexts[language]
  const wanted = readTrailQuery(query)
  const found = await findFilter(wanted, ctx.peopleNames, new Date(ctx.now()))
  const content = found.filter
    ? await results(visit, ctx, { ...found, wanted })
    : choices(found, (id) => href('/admin/trail', { ...wanted, [found.for]: id }), texts.choose)
  return {
    section: 'trail',
    title: shellTexts[language].sections.trail,
    content: html`${filterForm(visit, wanted)}
<p class="soft">${texts.zone(serverZone())}</p>
${content}`,
  }
}

function choices({ choices }: Extract<Found, { for: string }>, hrefOf: (id: string) => string, title: string): Html {
  return html`<h2>${title}</h2><ul class="rows">${choices.map(({ id, nick, username }) => html`<li><a href="${hrefOf(id)}"><bdi>${nick}</bdi> (<bdi>${username}</bdi>)</a></li>`)}</ul>`
}

type Results = Extract<Found, { unknown: string[] }> & { wanted: TrailQuery }

async function results(visit: Visit, ctx: Context, { filter, unknown, wanted }: Results): Promise<Html> {
  const { language, query, href } = visit
  const texts = trailTexts[language]
  const before = query.get('before') || undefined
  const { records, next } = await ctx.auditTrail.page(filter, { before, size: PAGE })
  const names = await namesIn(records, ctx.peopleNames)
  const isShort = next !== undefined && records.length < PAGE
  const isKept = ctx.config.auditRetentionMs > 0
  return html`${unknown.map((text) => notice('neutral', texts.nobody(text)))}
${records.length > 0 ? recordTable(visit, records, names) : next === undefined && emptyState(isKept ? texts.empty : texts.notKept)}
${isShort && html`<p role="status">${texts.wentBackTo} ${serverTime(timeOf(next))}</p>`}
${pager({
  label: texts.pages,
  newer: before === undefined ? undefined : { href: href('/admin/trail', wanted), text: texts.newest },
  older:
    next === undefined ? undefined : { href: href('/admin/trail', { ...wanted, before: next }), text: texts.older },
})}
${records.length > 0 && html`<p class="actions">${linkButton(href('/admin/trail.csv', wanted), texts.csv, { weight: 'quiet' })}</p>`}`
}

/** Ids begin with their time. */
function timeOf(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 12), 16))
}

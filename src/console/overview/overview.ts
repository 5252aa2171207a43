import type { Context } from '../../context.js'
import { linkButton } from '../../pages/components/actions.js'
import { emptyState } from '../../pages/components/notes.js'
import { type Html, html } from '../../pages/html.js'
import type { HourlyFigure } from '../../services/audit-trail.js'
import type { ConsoleRouter } from '../console-router.js'
import { clockText, dateText, midnight, serverZone } from '../server-time.js'
import { overviewTexts } from '../texts/overview.js'
import { shellTexts } from '../texts/shell.js'
import { trailTexts } from '../texts/trail.js'
import type { Screen, Visit } from '../visit.js'
import { attentionOf } from './attention.js'
import { addCheck } from './check.js'
import { readHealth } from './health.js'
import { healthCard } from './health-card.js'
import { loginsChart, peopleChart } from './login-charts.js'
import { type By, slotStarts, total } from './slots.js'
import { applicationsTable, latencyChart } from './use-charts.js'

/** Until so many logins the server is new, and its operator told what to do first. */
const FEW_LOGINS = 5

/** The console's first page: how the server is, and what needs somebody. */
export function addOverview(console: ConsoleRouter, ctx: Context): void {
  console.page('/admin', (visit) => overviewScreen(visit, ctx))
  addCheck(console, ctx)
}

async function overviewScreen(visit: Visit, ctx: Context): Promise<Screen> {
  const { language, query } = visit
  const by: By = query.get('by') === 'day' ? 'day' : 'hour'
  const now = new Date(ctx.now())
  const starts = slotStarts(by, now)
  // Today's numbers stand above 48 hours and above 90 days alike.
  const [since = now] = starts
  const events = await ctx.auditTrail.figures('event', since)
  const health = await readHealth(ctx.auditTrail, now)
  const today = events.filter(({ hour }) => hour >= midnight(now))
  const logins = total(events.filter(({ name }) => name === 'login_succeeded' || name === 'login_refused'))
  return {
    section: 'overview',
    title: shellTexts[language].sections.overview,
    content: html`${health.problems.length > 0 && healthCard(visit, health, now)}
${await numbersToday(visit, ctx, today)}
${attentionOf(visit, { events, warnings: ctx.warnings, health, now })}
${logins < FEW_LOGINS && firstSteps(visit, ctx)}
${logins > 0 && (await charts(visit, ctx, { by, starts, events }))}
${health.problems.length === 0 && healthCard(visit, health, now)}
<p class="soft">${overviewTexts[language].zone(serverZone())}</p>`,
  }
}

async function numbersToday({ language, href }: Visit, ctx: Context, today: readonly HourlyFigure[]): Promise<Html> {
  const texts = overviewTexts[language]
  const count = (event: string) => total(today.filter(({ name }) => name === event))
  const number = (title: string, value: number, below: Html) =>
    html`<section class="card"><h2>${title}</h2><p class="figure">${value}</p><p class="soft">${below}</p></section>`
  const link = (event: string) => html`<a href="${href('/admin/trail', { event, when: 'today' })}">${texts.seeThem}</a>`
  return html`<div class="cards">${number(texts.signedIn, await ctx.sessions.countAlive(), html`${texts.sessions}`)}${number(texts.loginsToday, count('login_succeeded'), link('login_succeeded'))}${number(texts.refusalsToday, count('login_refused'), link('login_refused'))}</div>`
}

function firstSteps({ language, href }: Visit, { config }: Context): Html {
  if (config.auditRetentionMs === 0) return emptyState(trailTexts[language].notKept)
  const { empty } = overviewTexts[language]
  const action = html`${linkButton(href('/admin/applications'), empty.documentation)}${linkButton(href('/admin/settings'), empty.settings, { weight: 'quiet' })}`
  return emptyState({ title: empty.title, text: empty.text, action })
}

interface Shown {
  by: By
  starts: readonly Date[]
  events: readonly HourlyFigure[]
}

/** Logins, or DingTalk: both at once would be too much for a page. */
async function charts(visit: Visit, { auditTrail }: Context, { by, starts, events }: Shown): Promise<Html> {
  const { language, query } = visit
  const [since = new Date(0)] = starts
  const times = { starts, slots: starts.map((start) => slotName(start, by)) }
  if (query.get('show') === 'dingtalk')
    return html`${views(visit, by, 'dingtalk')}
${latencyChart(language, times, await auditTrail.figures('call', since))}`
  return html`${views(visit, by, undefined)}
${loginsChart(language, times, events)}
${peopleChart(language, times, await auditTrail.figures('signed_in', since))}
${applicationsTable(visit, await auditTrail.figures('application', since))}`
}

function slotName(start: Date, by: By): string {
  const day = dateText(start).slice(5)
  return by === 'day' ? day : `${day} ${clockText(start)}`
}

function views({ language, href }: Visit, by: By, show: 'dingtalk' | undefined): Html {
  const texts = overviewTexts[language]
  const link = (to: { by: By; show: typeof show }, text: string) =>
    html`<a href="${href('/admin', to)}"${to.by === by && to.show === show && html` aria-current="page"`}>${text}</a>`
  const kinds: (typeof show)[] = [undefined, 'dingtalk']
  return html`<nav class="quick" aria-label="${texts.view}">${kinds.flatMap((kind) => (['hour', 'day'] as const).map((one) => link({ by: one, show: kind }, `${texts.shown[kind ?? 'logins']} · ${texts.by[one]}`)))}</nav>`
}

import { linkButton, submitButton } from '../pages/components/actions.js'
import { table } from '../pages/components/table.js'
import { absoluteTime, relativeTime } from '../pages/components/time.js'
import { deviceOf } from '../pages/device.js'
import { type Fragment, type Html, html } from '../pages/html.js'
import { texts as pageTexts } from '../pages/texts.js'
import type { AuditRecord } from '../services/audit-trail.js'
import type { SessionInfo } from '../services/ports.js'
import { eventWords, outcomeWords } from './outcome-words.js'
import { formTo } from './person-form.js'
import type { ShownPerson } from './person-page.js'
import { peopleTexts } from './texts/people.js'
import type { Visit } from './visit.js'

/** Where somebody is signed in, and the ways to end it. */
export function sessionsSection(visit: Visit, { user, sessions }: ShownPerson): Html {
  const texts = peopleTexts[visit.language]
  const { device, address, begun, lastSeen, end } = texts.sessionColumns
  const list = table({
    caption: texts.sessions,
    isCaptionHidden: true,
    columns: [
      { title: device },
      { title: address },
      { title: begun },
      { title: lastSeen },
      { title: end, isActions: true },
    ],
    rows: sessions.map((session) => sessionRow(visit, user.id, session)),
  })
  const endAll = html`<p class="actions">${submitButton(texts.endAll, { weight: 'danger' })}</p>`
  return html`<section class="card" aria-labelledby="sessions"><h2 id="sessions">${texts.sessions}</h2>
${sessions.length > 0 ? html`${list}${formTo(visit, user.id, 'end-sessions', endAll)}` : html`<p>${texts.noSessions}</p>`}
</section>`
}

function sessionRow(
  visit: Visit,
  userId: string,
  { id, ip, userAgent, createdAt, lastSeenAt }: SessionInfo,
): Fragment[] {
  const texts = peopleTexts[visit.language]
  const device = deviceOf(userAgent, pageTexts[visit.language].account)
  const button = submitButton(texts.end, { weight: 'quiet', isSmall: true, label: texts.endOf(device) })
  return [
    device,
    ip,
    absoluteTime(createdAt),
    relativeTime(lastSeenAt),
    formTo(visit, userId, 'end-session', html`<input type="hidden" name="session" value="${id}">${button}`),
  ]
}

/** What the trail has of somebody, the latest first. */
export function historySection(visit: Visit, { user, history }: ShownPerson): Html {
  const texts = peopleTexts[visit.language]
  const { when, what, outcome, where } = texts.historyColumns
  const list = table({
    caption: texts.history,
    isCaptionHidden: true,
    columns: [{ title: when }, { title: what }, { title: outcome }, { title: where }],
    rows: history.map((record) => historyRow(visit, record)),
  })
  const whole = linkButton(visit.href('/admin/trail', { person: user.id }), texts.wholeTrail, { weight: 'quiet' })
  return html`<section class="card" aria-labelledby="history"><h2 id="history">${texts.history}</h2>
${history.length > 0 ? list : html`<p>${texts.noHistory}</p>`}
<p class="actions">${whole}</p></section>`
}

function historyRow(
  { language }: Visit,
  { at, event, application, outcome, ip, userAgent, details }: AuditRecord,
): Fragment[] {
  const why = typeof details?.why === 'string' && details.why
  const device = userAgent && deviceOf(userAgent, pageTexts[language].account)
  return [
    relativeTime(at),
    html`${eventWords(event, language)}${application && html` <bdi>${application}</bdi>`}`,
    html`${outcome && outcomeWords(outcome, language)}${why && html` <bdi>${why}</bdi>`}`,
    [device, ip].filter(Boolean).join(' · '),
  ]
}

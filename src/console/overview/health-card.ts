import { checkTexts } from '../../checks/check-texts.js'
import { isMendedBySetting, remedyOf, settingsIn } from '../../checks/where-to-mend.js'
import { submitButton } from '../../pages/components/actions.js'
import { badge } from '../../pages/components/notes.js'
import { type Html, html } from '../../pages/html.js'
import { shortTime } from '../server-time.js'
import { overviewTexts } from '../texts/overview.js'
import type { Visit } from '../visit.js'
import type { Health, Problem } from './health.js'

/** So many are told: a bad morning has one or two. */
const MAX_PROBLEMS = 5

/** How DingTalk is: what fails, since when, for how many people, what to mend and where. */
export function healthCard(visit: Visit, { problems, lookedBackTo }: Health, now: Date): Html {
  const { language, href, token } = visit
  const { health } = overviewTexts[language]
  return html`<section class="card" id="dingtalk"><h2>${health.title}</h2>
${problems.length === 0 && html`<p>${health.good}</p>`}${problems.slice(0, MAX_PROBLEMS).map((problem) => problemPart(visit, problem, now))}
${lookedBackTo && html`<p class="soft">${health.lookedBackTo(shortTime(lookedBackTo, now))}</p>`}
<form method="post" action="${href('/admin/check-dingtalk')}">${token}${submitButton(health.checkNow, { weight: 'quiet', isSmall: true })}</form></section>`
}

function problemPart({ language, href }: Visit, problem: Problem, now: Date): Html {
  const { health } = overviewTexts[language]
  const { since, last, overSince, people, times, call, upstreamCode } = problem
  const remedy = remedyOf(problem)
  const { title, where } = checkTexts[language].remedies[remedy]
  const restart = isMendedBySetting(remedy) && ` ${health.restart}`
  const state = overSince ? badge('ok', health.over) : badge('bad', health.failing)
  const when = overSince
    ? health.overSince(shortTime(since, now), shortTime(overSince, now))
    : health.since(shortTime(since, now))
  const settings = settingsIn(problem.setting).map((name) => html` <code>${name}</code>`)
  const tone = overSince ? 'neutral' : 'bad'
  return html`<div class="alert ${tone}"${!overSince && html` role="alert"`}><p>${state} <strong>${title}${settings}</strong></p>
<p>${when} · ${health.people(people, times)} · <a href="${href('/admin/trail', { event: 'refusals', when: isOnDay(last, now) ? 'today' : 'week' })}">${health.look}</a></p>
<p>${health.where} ${where}${restart}</p>
${call && html`<p class="answer" lang="en">${health.answered(call, upstreamCode ?? '–')}</p>`}</div>`
}

function isOnDay(time: Date, day: Date): boolean {
  return time.toDateString() === day.toDateString()
}

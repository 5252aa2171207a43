import { setTimeout as wait } from 'node:timers/promises'
import { checkTexts } from '../../checks/check-texts.js'
import { checkDingTalk, type Finding } from '../../checks/dingtalk-check.js'
import { isMendedBySetting, remedyOf, settingsIn } from '../../checks/where-to-mend.js'
import type { Config } from '../../config/config.js'
import type { Context } from '../../context.js'
import { linkButton, submitButton } from '../../pages/components/actions.js'
import { badge, notice } from '../../pages/components/notes.js'
import { type Html, html } from '../../pages/html.js'
import { SECOND } from '../../time.js'
import type { ConsoleRouter } from '../console-router.js'
import { overviewTexts } from '../texts/overview.js'
import type { Screen, Visit } from '../visit.js'
import { countTable } from './count-table.js'

const MAX_MS = 30 * SECOND

/** What was found, as far as it was asked in time. */
interface Result {
  findings: Finding[]
  isLate: boolean
}

/** The button that asks DingTalk what `check-config --online` asks: one at a time. */
export function addCheck(console: ConsoleRouter, ctx: Context): void {
  let isRunning = false
  console.change('/admin/check-dingtalk', async (visit) => {
    const { title, running } = overviewTexts[visit.language].check
    if (isRunning) return { section: 'overview', status: 409, title, content: notice('neutral', running) }
    isRunning = true
    try {
      const result = await checkInTime(ctx.config)
      const fault = result.findings.find(({ state }) => state === 'fault')
      ctx.audit.as(visit.actor).configChecked(fault?.error?.code ?? (result.isLate ? 'dingtalk_timeout' : undefined))
      return resultScreen(visit, result)
    } finally {
      isRunning = false
    }
  })
}

/** What is found within half a minute. */
export async function checkInTime(config: Config, maxMs = MAX_MS): Promise<Result> {
  const stop = new AbortController()
  const findings: Finding[] = []
  const ask = async () => {
    for await (const finding of checkDingTalk(config, stop.signal)) if (!stop.signal.aborted) findings.push(finding)
    return false
  }
  const timer = new AbortController()
  const late = wait(maxMs, true, { signal: timer.signal }).catch(() => true)
  const asked = ask()
  // Once nobody waits for it, it must not end the process.
  asked.catch(() => {})
  const isLate = await Promise.race([asked, late]).finally(() => {
    timer.abort()
    stop.abort()
  })
  return { findings, isLate }
}

function resultScreen(visit: Visit, { findings, isLate }: Result): Screen {
  const { language, href, token } = visit
  const { check } = overviewTexts[language]
  return {
    section: 'overview',
    title: check.title,
    content: html`<p class="soft">${check.intro}</p>${isLate && notice('warn', check.late)}
${countTable({
  title: check.title,
  columns: [check.question, check.outcome],
  rows: findings.map((finding) => [checkTexts[language].questions[finding.question], outcomeOf(visit, finding)]),
})}
<form method="post" action="${href('/admin/check-dingtalk')}"><p class="actions">${token}${submitButton(check.again)} ${linkButton(href('/admin'), check.back, { weight: 'quiet' })}</p></form>`,
  }
}

function outcomeOf({ language }: Visit, { state, error }: Finding): Html {
  const { health } = overviewTexts[language]
  const texts = checkTexts[language]
  const tone = state === 'fault' ? 'bad' : state === 'in order' ? 'ok' : 'neutral'
  if (!error)
    return html`${badge(tone, texts.states[state])}${state === 'absent' && html`<p class="soft">${texts.departmentsAbsent}</p>`}`
  const { call, upstreamCode, setting } = error.failure
  const remedy = remedyOf({ code: error.code, setting, upstreamCode })
  const { title, where } = texts.remedies[remedy]
  const restart = isMendedBySetting(remedy) && ` ${health.restart}`
  const names = settingsIn(setting).map((name) => html` <code>${name}</code>`)
  return html`${badge(tone, texts.states[state])} <strong>${title}${names}</strong><p>${where}${restart}</p><p class="soft" lang="en">${health.answered(call, upstreamCode)}</p>`
}

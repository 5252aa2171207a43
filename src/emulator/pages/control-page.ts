import { type Html, html } from '../../pages/html.js'
import { HOUR, MINUTE, SECOND } from '../../time.js'
import { apiCalls } from '../apis/faults.js'
import { eventSection, organisationSection, peopleSection } from './control-organisation.js'
import { folded, page } from './layout.js'
import type { Texts } from './texts.js'

/** Faults to order by a click: what the button says, and what it sends. */
const faultButtons: [label: string, fault: unknown][] = [
  ['html', 'html'],
  ['ban', 'ban'],
  ['truncated', 'truncated'],
  ['too-large', 'too-large'],
  ['redirect', 'redirect'],
  ['hang', 'hang'],
  ['reset', 'reset'],
  ['slow 3 s', { delayMs: 3 * SECOND }],
  ['no-unionid', 'no-unionid'],
  ['string-numbers', 'string-numbers'],
  ['-1', { errcode: -1 }],
  ['90018', { errcode: 90018 }],
  ['88 · 40014', { errcode: 88, sub_code: '40014' }],
  ['88 · 60020', { errcode: 88, subcodeInMessage: '60020' }],
  ['40078', { errcode: 40078 }],
  ['50002', { errcode: 50002 }],
  ['60121', { errcode: 60121 }],
  ['500 unknownError', { status: 500, code: 'unknownError' }],
  ['403 QpsLimitForApi', { status: 403, code: 'Forbidden.AccessDenied.QpsLimitForApi' }],
  ['403 AccessTokenPermissionDenied', { status: 403, code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied' }],
  ['400 InvalidAuthentication', { status: 400, code: 'InvalidAuthentication' }],
  ['{}', { body: {} }],
]

const clockButtons: [label: string, byMs: number][] = [
  ['−2 min', -2 * MINUTE],
  ['+2 min', 2 * MINUTE],
  ['+6 min', 6 * MINUTE],
  ['+2 h', 2 * HOUR],
]

const INTERFACE = `curl ORIGIN/_emulator/journal
curl ORIGIN/_emulator/people
curl -H 'Content-Type: application/json' ORIGIN/_emulator/faults -d '{"call":"getbyunionid","fault":"hang","times":2}'
curl -H 'Content-Type: application/json' ORIGIN/_emulator/clock -d '{"byMs":120000}'
curl -H 'Content-Type: application/json' -X PATCH ORIGIN/_emulator/people/zhangsan -d '{"membership":"left"}'
curl -H 'Content-Type: application/json' -X PATCH ORIGIN/_emulator/people/lisi -d '{"title":null,"departments":[1]}'
curl -H 'Content-Type: application/json' -X PATCH ORIGIN/_emulator/departments/935420101 -d '{"name":"研究院"}'
curl -H 'Content-Type: application/json' -X PATCH ORIGIN/_emulator/permissions -d '{"fieldEmail":false}'
curl -H 'Content-Type: application/json' ORIGIN/_emulator/client-codes -d '{"person":"zhangsan"}'
curl -H 'Content-Type: application/json' ORIGIN/_emulator/events -d '{"eventType":"user_leave_org","data":{"userId":["…"]}}'
curl -H 'Content-Type: application/json' ORIGIN/_emulator/events/faults -d '{"fault":"lose","times":2}'
curl -H 'Content-Type: application/json' -X POST ORIGIN/_emulator/connections/disconnect
curl -H 'Content-Type: application/json' -X POST ORIGIN/_emulator/people -d '{"id":…,"nick":…,"membership":…,"unionId":…,"openId":…,"userId":…}'
curl -H 'Content-Type: application/json' -X POST ORIGIN/_emulator/tokens/expire
curl -H 'Content-Type: application/json' -X DELETE ORIGIN/_emulator/journal
curl -H 'Content-Type: application/json' -X POST ORIGIN/_emulator/reset`

/** Where a developer steers the emulator by hand. */
export function controlPage(texts: Texts, origin: string): Html {
  return page({
    texts,
    title: texts.controlTitle,
    width: 'wide',
    script: 'control.js',
    body: html`<h1>${texts.controlTitle}</h1>
<noscript><p class="problem">${texts.controlNeedsScript}</p></noscript>
<p class="problem" id="problem" role="alert" hidden></p>
${peopleSection(texts)}
${organisationSection(texts)}
${eventSection(texts)}
${faultSection(texts)}
${clockAndTokenSection(texts)}
${journalSection(texts)}
${folded(texts.interface, html`<pre class="scroll" tabindex="0">${INTERFACE.replaceAll('ORIGIN', origin)}</pre>`)}`,
  })
}

function faultSection(texts: Texts): Html {
  const buttons = faultButtons.map(
    ([label, fault]) => html`<button type="button" data-fault="${JSON.stringify(fault)}">${label}</button>`,
  )
  return folded(
    texts.faults,
    html`<p>${texts.faultsHint}</p>
<p><label>${texts.call} <select id="call">${apiCalls.map((call) => html`<option>${call}</option>`)}</select></label></p>
<p class="actions">${buttons}</p>
<p>${texts.pending}: <span id="waiting" data-none="${texts.none}">${texts.none}</span></p>`,
  )
}

function clockAndTokenSection(texts: Texts): Html {
  const buttons = clockButtons.map(
    ([label, byMs]) => html`<button type="button" data-clock="${byMs}">${label}</button>`,
  )
  return html`<section class="row">
<div><h2>${texts.clock}</h2><p><time id="now"></time></p><p class="actions">${buttons}</p></div>
<div><h2>${texts.tokens}</h2><p class="actions"><button type="button" data-post="tokens/expire">${texts.expireTokens}</button></p></div>
<div><h2>${texts.everything}</h2><p class="actions"><button type="button" data-post="reset">${texts.reset}</button></p></div>
</section>`
}

function journalSection(texts: Texts): Html {
  const head = [texts.time, texts.call, texts.outcome, texts.person, texts.path]
  return html`<section>
<h2>${texts.journal} <button type="button" id="clear">${texts.clear}</button></h2>
<div class="scroll"><table>
<thead><tr>${head.map((name) => html`<th>${name}</th>`)}</tr></thead>
<tbody id="journal"></tbody>
</table></div>
</section>`
}

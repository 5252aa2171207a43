import { type Html, html } from '../../pages/html.js'
import { HOUR, MINUTE } from '../../time.js'
import { faultSection } from './control-faults.js'
import { eventSection, organisationSection, peopleSection } from './control-organisation.js'
import { folded, page } from './layout.js'
import type { Texts } from './texts.js'

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
${journalSection(texts)}
${organisationSection(texts)}
${eventSection(texts)}
${faultSection(texts)}
${clockAndTokenSection(texts)}
${folded(texts.interface, html`<pre class="scroll" tabindex="0">${INTERFACE.replaceAll('ORIGIN', origin)}</pre>`)}`,
  })
}

function clockAndTokenSection(texts: Texts): Html {
  const buttons = clockButtons.map(
    ([label, byMs]) => html`<button type="button" data-clock="${byMs}">${label}</button>`,
  )
  return folded(
    `${texts.clock} · ${texts.tokens}`,
    html`<p>${texts.clock} <time id="now"></time></p>
<p class="actions">${buttons}<button type="button" data-post="tokens/expire">${texts.expireTokens}</button><button type="button" data-post="reset">${texts.reset}</button></p>`,
  )
}

function journalSection(texts: Texts): Html {
  const head = [texts.time, texts.call, texts.outcome, texts.person, texts.path]
  return html`<section>
<h2>${texts.journal} <button type="button" id="clear">${texts.clear}</button></h2>
<div class="scroll tall" tabindex="0"><table>
<thead><tr>${head.map((name) => html`<th>${name}</th>`)}</tr></thead>
<tbody id="journal"></tbody>
</table></div>
</section>`
}

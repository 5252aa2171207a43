import { type Html, html } from './html.js'
import { type Brand, page } from './layout.js'
import { type Language, texts } from './texts.js'
import { type WaysOn, waysOn } from './ways-on.js'

interface InClientPage {
  language: Language
  brand: Brand
  otherLanguageUrl: string
  /** What the client is asked for a code with. */
  client: { corpId: string; clientId: string }
  /** Of the attempt that the code is to finish. */
  state: string
  ways: WaysOn
}

/**
 * The page that logs in by itself inside the DingTalk client. Where it cannot, it says why and shows the other ways,
 * which come up after a while without any script too.
 */
export function inClientPage({ language, brand, otherLanguageUrl, client, state, ways }: InClientPage): Html {
  const { login, inClient } = texts[language]
  const { waiting, noScript, reasons } = inClient
  return page({
    language,
    brand,
    title: login.title,
    otherLanguageUrl,
    script: 'in-client.js',
    isClassicScript: true,
    content: html`<h1>${login.title}</h1>
<p id="waiting">${waiting}</p>
<noscript><p>${noScript}</p></noscript>
${Object.entries(reasons).map(([reason, sentence]) => html`<p class="alert" role="alert" data-reason="${reason}" hidden>${sentence}</p>\n`)}
<div class="late" id="ways">${waysOn(language, ways)}</div>
<form id="in-client" method="post" action="/callback" data-corp-id="${client.corpId}" data-client-id="${client.clientId}" hidden>
<input type="hidden" name="state" value="${state}"><input type="hidden" name="inClientCode">
</form>`,
  })
}

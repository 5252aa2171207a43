import { type Html, html } from '../pages/html.js'
import { type Brand, page } from '../pages/layout.js'
import type { Language } from '../pages/texts.js'
import { openingAddress } from '../pages/ways-on.js'
import { shellTexts } from './texts/shell.js'

interface Elsewhere {
  language: Language
  brand: Brand
  otherLanguageUrl: string
  /** Of the console's page, as another browser opens it. */
  address: string
}

/** For the browser inside the DingTalk client, where nobody scans: the console opens in the system's browser alone. */
export function elsewherePage({ language, brand, otherLanguageUrl, address }: Elsewhere): Html {
  const { elsewhere } = shellTexts[language]
  return page({
    language,
    brand,
    title: elsewhere.title,
    otherLanguageUrl,
    content: html`<h1>${elsewhere.title}</h1>
<p>${elsewhere.why}</p>
<p class="actions"><a class="action" href="${openingAddress({ in: 'browser', address })}">${elsewhere.open}</a></p>`,
  })
}

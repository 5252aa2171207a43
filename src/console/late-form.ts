import { type Html, html } from '../pages/html.js'
import { type Brand, page } from '../pages/layout.js'
import { consoleStylesheet } from '../pages/stylesheet.js'
import type { Language } from '../pages/texts.js'
import { shellTexts } from './texts/shell.js'
import type { Form } from './visit.js'

interface LateForm {
  language: Language
  brand: Brand
  form: Form
  /** Where it was sent. */
  action: string
  /** Of an administrator whose scan is fresh: with it the form can go. */
  token: Html | undefined
  /** Of everybody else: where the scan begins. */
  loginUrl: string | undefined
}

/**
 * A form whose token counts no more: nothing was done, and what was typed is still there. After a new scan in another tab
 * it is sent once more, and confirmed here.
 */
export function lateFormPage({ language, brand, form, action, token, loginUrl }: LateForm): Html {
  const { late } = shellTexts[language]
  const typed = [...form]
  return page({
    language,
    brand,
    title: late.title,
    otherLanguageUrl: '/admin',
    wide: true,
    sheet: consoleStylesheet,
    content: html`<h1>${late.title}</h1>
<p>${loginUrl ? late.loginFirst : late.confirm}</p>
${typed.length > 0 && html`<table><caption>${late.typed}</caption><tbody>${typed.map(([name, value]) => html`<tr><th scope="row">${name}</th><td><bdi>${value}</bdi></td></tr>`)}</tbody></table>`}
<form method="post" action="${action}">${token}
${typed.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<p class="actions">${loginUrl && html`<a class="action" href="${loginUrl}" target="_blank" rel="noopener">${late.login}</a> `}<button class="action${loginUrl && ' quiet'}">${late.send}</button></p>
</form>`,
  })
}

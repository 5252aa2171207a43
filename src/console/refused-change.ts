import { html } from '../pages/html.js'
import { shellTexts } from './texts/shell.js'
import type { Screen, Visit } from './visit.js'

/** What is shown where a change could not be made: nothing has happened. The message is the operator's, as commands print it. */
export function refusedChange({ language, req }: Visit, message: string): Screen {
  const { refused } = shellTexts[language]
  return {
    section: 'overview',
    status: 409,
    title: refused.title,
    content: html`<p>${refused.nothingChanged}</p>
<p class="alert" role="alert" lang="en">${message}</p>
<p class="actions"><a class="action quiet" href="${backOf(req.originalUrl)}">${refused.back}</a></p>`,
  }
}

/** The page above the form's address. */
function backOf(address: string): string {
  return address.split('?', 1)[0]?.replace(/\/[^/]*$/, '') || '/admin'
}

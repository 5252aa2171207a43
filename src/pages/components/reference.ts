import type { ErrorCode } from '../../errors.js'
import { type Html, html } from '../html.js'
import { type Language, texts } from '../texts.js'

/** The script that lets its button copy. */
export const referenceScript = 'copy.js'

/** Errors whose advice is to tell the reference: whoever sends a picture of the page sends it along. */
const asked: ReadonlySet<ErrorCode> = new Set(['internal', 'dingtalk_misconfigured', 'dingtalk_unreadable'])

/** What an operator finds an error by, folded away. The request id is absent where there is none to be found. */
export function reference(language: Language, code: ErrorCode, requestId: string | undefined): Html {
  const words = texts[language].error
  return html`<details class="reference"${asked.has(code) && html` open`}><summary>${words.forAdministrator}</summary>
<p>${words.code}${words.colon}<code${!requestId && html` id="reference"`}>${code}</code>${requestId && html`<br>${words.reference}${words.colon}<code id="reference">${requestId}</code>`}</p>
<p><button class="action quiet small" type="button" data-copy="reference" data-done="${words.copied}" hidden>${words.copy}</button></p></details>`
}

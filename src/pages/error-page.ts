import type { ErrorCode } from '../errors.js'
import { phrases } from './components/phrases.js'
import { reference, referenceScript } from './components/reference.js'
import { type Html, html } from './html.js'
import { type Brand, page } from './layout.js'
import { type Language, texts } from './texts.js'

interface ErrorPage {
  code: ErrorCode
  /** For whoever sets the server up. */
  hint: string | undefined
  requestId: string
  language: Language
  brand: Brand
  otherLanguageUrl: string
  /** Where the next try begins. */
  loginUrl: string
  /** Where the login was to lead, so that the next try leads there too. */
  target: string | undefined
}

/** What a person sees of an error: what happened, what to do next, one way on, and the reference for the operator. */
export function errorPage({
  code,
  hint,
  requestId,
  language,
  brand,
  otherLanguageUrl,
  loginUrl,
  target,
}: ErrorPage): Html {
  const { codes, tryAgain, backToLogin } = texts[language].error
  const { title, advice } = codes[code]
  return page({
    language,
    brand,
    title,
    otherLanguageUrl,
    script: referenceScript,
    content: html`<h1>${phrases(language, title)}</h1>
<p>${phrases(language, advice)}</p>${
      hint &&
      html`
<p class="soft" lang="en">${hint}</p>`
    }
<p class="actions"><a class="action" href="${loginUrl}">${target ? tryAgain : backToLogin}</a></p>
${reference(language, code, requestId)}`,
  })
}

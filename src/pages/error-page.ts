import type { ErrorCode } from '../errors.js'
import { type Html, html } from '../html.js'
import type { Language } from './language.js'
import { page } from './layout.js'
import { texts } from './texts.js'

interface ErrorPage {
  code: ErrorCode
  requestId: string
  language: Language
  /** Where the login was to lead, so that the next try leads there too. */
  target: string | undefined
}

/** What a person sees of an error: what happened, what to do next, one way on, and the reference for the operator. */
export function errorPage({ code, requestId, language, target }: ErrorPage): Html {
  const { errors, tryAgain, reference } = texts[language]
  const { title, advice } = errors[code]
  const loginUrl = target ? `/ding_url?${new URLSearchParams({ redirect: target })}` : '/ding_url'
  return page(
    language,
    title,
    html`<h1>${title}</h1>
<p>${advice}</p>
<a class="action" href="${loginUrl}">${tryAgain}</a>
<p class="soft">${code}<br>${reference}: ${requestId}</p>`,
  )
}

import type { ErrorCode } from '../errors.js'
import { phrases } from './components/phrases.js'
import { reference, referenceScript } from './components/reference.js'
import { type Html, html } from './html.js'
import { type Brand, page } from './layout.js'
import { type Language, texts } from './texts.js'

/** Somebody who is signed in and may not use an application. */
export interface Refusal {
  /** Its name; undefined where it is not known which it was. */
  application: string | undefined
  username: string
  /** Where somebody else can log in, and is led to the application again. */
  againUrl: string
}

interface RefusalPage extends Refusal {
  code: ErrorCode
  /** For the operator; undefined where nothing was asked for that could be found by it. */
  requestId: string | undefined
  language: Language
  brand: Brand
  otherLanguageUrl: string
  /** Away from the application. */
  backUrl: string
}

/** Says to somebody that they may not use an application: who they are here, whom to ask, another account, and back. */
export function refusalPage(options: RefusalPage): Html {
  const { application, username, againUrl, code, requestId, language, brand, otherLanguageUrl, backUrl } = options
  const { error, login, refusal } = texts[language]
  const { title, advice } = error.codes[code]
  const heading = application ? refusal.title(application) : title
  return page({
    language,
    brand,
    title: heading,
    otherLanguageUrl,
    script: referenceScript,
    content: html`<h1>${phrases(language, heading)}</h1>
<p>${phrases(language, advice)}</p>
<p>${login.signedInAs} <strong><bdi>${username}</bdi></strong></p>
<p class="actions"><a class="action" href="${againUrl}">${login.useAnotherAccount}</a> <a class="action quiet" href="${backUrl}">${refusal.back}</a></p>
${reference(language, code, requestId)}`,
  })
}

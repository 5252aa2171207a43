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
  /** A proxy shows the page at an address of its own, where nothing of this server's can be loaded. */
  isElsewhere?: boolean
}

/** All that its page says. */
export interface RefusalPage extends Refusal {
  code: ErrorCode
  /** For the operator; undefined where nothing was asked for that could be found by it. */
  requestId: string | undefined
  language: Language
  brand: Brand
  otherLanguageUrl: string
  /** The page of the application that was asked for, where it is known. */
  wanted: string | undefined
  frontendUrl: string
  publicUrl: string
}

/** Says to somebody that they may not use an application: who they are here, whom to ask, another account, and a way out. */
export function refusalPage(options: RefusalPage): Html {
  const { application, username, againUrl, isElsewhere, code, requestId, language, brand, otherLanguageUrl } = options
  const { error, login, refusal } = texts[language]
  const { title, advice } = error.codes[code]
  const heading = application ? refusal.title(application) : title
  return page({
    language,
    brand,
    title: heading,
    otherLanguageUrl,
    ...(isElsewhere ? { isElsewhere } : { script: referenceScript }),
    content: html`<h1>${phrases(language, heading)}</h1>
<p>${phrases(language, advice)}</p>
<p>${login.signedInAs} <strong><bdi>${username}</bdi></strong></p>
<p class="actions"><a class="action" href="${againUrl}">${login.useAnotherAccount}</a> ${wayOut(options)}</p>
${reference(language, code, requestId)}`,
  })
}

/** To the front end; where that is what was refused, to what else the person may open. */
function wayOut({ wanted, frontendUrl, publicUrl, language }: RefusalPage): Html {
  const { apps, refusal } = texts[language]
  const isRefused = wanted !== undefined && new URL(wanted).origin === new URL(frontendUrl).origin
  const [url, words] = isRefused ? [`${publicUrl}/apps`, apps.title] : [frontendUrl, refusal.back]
  return html`<a class="action quiet" href="${url}">${words}</a>`
}

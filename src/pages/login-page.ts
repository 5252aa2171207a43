import type { ErrorCode } from '../errors.js'
import type { InlineCode } from '../services/ports.js'
import { type Html, html } from './html.js'
import { type Brand, page } from './layout.js'
import { type Language, texts } from './texts.js'
import { type WaysOn, waysOn } from './ways-on.js'

interface LoginPage {
  language: Language
  brand: Brand
  otherLanguageUrl: string
  /** Why the person is here again. */
  error: ErrorCode | undefined
  /** Where DingTalk's own page is begun: works without JavaScript. */
  dingUrl: string
  way: LoginWay
}

/** A code to scan, which lives so long; buttons where it cannot be scanned; or a way on for somebody signed in. */
export type LoginWay =
  | { kind: 'code'; code: InlineCode; lifeMs: number }
  | { kind: 'button'; ways: WaysOn }
  | { kind: 'signed-in'; username: string; target: string }

/** The page that people meet every morning. */
export function loginPage({ language, brand, otherLanguageUrl, error, dingUrl, way }: LoginPage): Html {
  const { login, error: errors } = texts[language]
  const alert =
    error &&
    html`<p class="alert" role="alert"><strong>${errors.codes[error].title}</strong><br>${errors.codes[error].advice}</p>`
  return page({
    language,
    brand,
    title: login.title,
    otherLanguageUrl,
    ...(way.kind === 'code' && { script: 'login.js' }),
    content: html`<h1>${login.title}</h1>
${alert}
${wayOn(language, dingUrl, way)}`,
  })
}

function wayOn(language: Language, dingUrl: string, way: LoginWay): Html {
  const { login } = texts[language]
  switch (way.kind) {
    case 'signed-in':
      return html`<p>${login.signedInAs} <strong><bdi>${way.username}</bdi></strong></p>
<p class="actions"><a class="action" href="${way.target}">${login.continue}</a> <a class="action quiet" href="${dingUrl}">${login.useAnotherAccount}</a></p>`
    case 'button':
      return waysOn(language, way.ways)
    case 'code': {
      const { frameUrl, resumeUrl } = way.code
      return html`<p class="alert" role="alert" id="refused" hidden>${login.codeRefused}</p>
<div class="code" id="code" data-frame-url="${frameUrl}" data-resume-url="${resumeUrl}" data-title="${login.codeTitle}" data-life-ms="${way.lifeMs}">
<noscript><p>${login.noScript}</p></noscript>
</div>
<p class="centred">${login.scan}</p>
<p class="centred"><a href="${dingUrl}">${login.openDingTalk}</a></p>`
    }
  }
}

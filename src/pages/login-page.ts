import type { ErrorCode } from '../errors.js'
import type { InlineCode } from '../services/ports.js'
import { phrases } from './components/phrases.js'
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
    html`<p class="alert" role="alert"><strong>${errors.codes[error].title}</strong><br>${phrases(language, errors.codes[error].advice)}</p>`
  const { name, logoUrl, host } = brand
  const heading = name || logoUrl ? login.title : login.titleFor(host)
  return page({
    language,
    brand,
    title: login.title,
    otherLanguageUrl,
    ...(way.kind === 'code' && { script: 'login.js' }),
    content: html`<h1 class="centred">${heading}</h1>
${alert}
<div class="login">${wayOn(language, dingUrl, way)}</div>`,
  })
}

function wayOn(language: Language, dingUrl: string, way: LoginWay): Html {
  const { login } = texts[language]
  switch (way.kind) {
    case 'signed-in':
      return html`<p>${login.signedInAs} <strong><bdi>${way.username}</bdi></strong></p>
<p class="actions"><a class="action" href="${way.target}">${login.continue}</a> <a class="action quiet" href="${dingUrl}">${login.useAnotherAccount}</a></p>`
    case 'button':
      return html`<p class="soft">${phrases(language, login.next)}</p>
${waysOn(language, way.ways)}`
    case 'code':
      return codeToScan(language, dingUrl, way)
  }
}

/** The code, and what is said of it: login.js shows what holds. */
function codeToScan(language: Language, dingUrl: string, { code, lifeMs }: LoginWay & { kind: 'code' }): Html {
  const { login, error } = texts[language]
  return html`<p class="alert" role="alert" data-when="refused" id="refused" hidden>${login.codeRefused}</p>
<div class="code" id="code" data-frame-url="${code.frameUrl}" data-resume-url="${code.resumeUrl}" data-title="${login.codeTitle}" data-life-ms="${lifeMs}">
<div class="skeleton" aria-hidden="true"></div>
<div class="failed" data-when="failed" hidden><p role="alert">${login.failed}</p>
<p class="actions"><button class="action" type="button" data-reload>${error.tryAgain}</button> <a class="action quiet" href="${dingUrl}">${login.openDingTalk}</a></p></div>
</div>
<noscript><p>${phrases(language, login.noScript)}</p></noscript>
<div class="caption" role="status">
<p data-when="loading" hidden>${login.loading}</p>
<p data-when="ready" hidden>${phrases(language, login.scan)}</p>
<p data-when="confirmed" hidden>${login.confirmed}</p>
<p data-when="refused" hidden><button class="action" type="button" data-reload>${error.tryAgain}</button></p>
</div>
<p data-when="loading ready refused"><a href="${dingUrl}">${login.openDingTalk}</a></p>`
}

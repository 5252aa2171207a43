import { type Html, html } from '../pages/html.js'
import type { Language } from '../pages/texts.js'
import type { SignedInByOpenid } from './openid-sessions.js'

const texts = {
  en: {
    lang: 'en',
    title: 'An application with OpenID Connect',
    about:
      'This application knows OpenID Connect and nothing of DingTalk. Its session is its own, and ends with the login server’s.',
    hello: (name: string) => `Hello, ${name}!`,
    nobody: 'Nobody is signed in.',
    logIn: 'Log in',
    logOut: 'Log out everywhere',
    claims: 'What the ID token says',
    sub: 'sub stays the same for ever, the name may change.',
    failed: 'That login did not work',
    tryAgain: 'Try again',
  },
  zh: {
    lang: 'zh-CN',
    title: '接入 OpenID Connect 的应用',
    about: '本应用只懂 OpenID Connect，对钉钉一无所知。它有自己的会话，随登录服务的会话一同结束。',
    hello: (name: string) => `你好，${name}！`,
    nobody: '尚未登录。',
    logIn: '登录',
    logOut: '全部退出',
    claims: 'ID token 的内容',
    sub: 'sub 永远不变，姓名可能会变。',
    failed: '登录未成功',
    tryAgain: '重试',
  },
} satisfies Record<Language, object>

/** Who is signed in, and how to change that. */
export function homePage(language: Language, signedIn: SignedInByOpenid | undefined): Html {
  const text = texts[language]
  return page(
    language,
    text.title,
    html`<p class="soft">${text.about}</p>
<section>${signedIn ? person(language, signedIn) : nobody(language)}</section>
${
  signedIn &&
  html`<section>
<h2>${text.claims}</h2>
<pre id="claims">${JSON.stringify(signedIn.claims, null, 2)}</pre>
<p class="soft">${text.sub}</p>
</section>`
}`,
  )
}

/** For a login that was refused, too old, or begun in another browser. */
export function errorPage(language: Language): Html {
  const text = texts[language]
  return page(
    language,
    text.failed,
    html`<section><p><a class="action" href="/login">${text.tryAgain}</a></p></section>`,
  )
}

function person(language: Language, { claims }: SignedInByOpenid): Html {
  const text = texts[language]
  return html`<p>${text.hello(String(claims.name))}</p>
<form method="post" action="/logout"><button class="action">${text.logOut}</button></form>`
}

function nobody(language: Language): Html {
  const text = texts[language]
  return html`<p>${text.nobody}</p>
<p><a class="action" href="/login">${text.logIn}</a></p>`
}

function page(language: Language, title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="${texts[language].lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`
}

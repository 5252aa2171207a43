import { avatar } from './components/person.js'
import { type Html, html, Html as Markup } from './html.js'
import type { Brand } from './layout.js'
import { consoleStylesheet } from './stylesheet.js'
import { type Language, texts } from './texts.js'

interface ConsoleLayout {
  language: Language
  brand: Brand
  title: string
  otherLanguageUrl: string
  script: string | undefined
  consoleName: string
  skip: string
  navigation: string
  links: { href: string; text: string; isCurrent: boolean }[]
  account: { href: string; text: string; title: string; avatarUrl: string | null }
  content: Html
}

const style = new Markup(`<style>${consoleStylesheet.css}</style>`)

/** A page of the console: its navigation above what it shows; where the window is narrow it can be pushed aside. */
export function consolePage(layout: ConsoleLayout): Html {
  const { language, brand, title, otherLanguageUrl, script, consoleName, skip, navigation, links, account } = layout
  const { tag, otherLanguage } = texts[language]
  const otherTag = texts[otherLanguage.code].tag
  return html`<!doctype html>
<html lang="${tag}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${consoleName}${brand.name && ` · ${brand.name}`}</title>
<link rel="icon" href="/assets/icon.svg">
${style}
<script type="module" src="/assets/times.js"></script>
${script && html`<script type="module" src="/assets/${script}"></script>`}
</head>
<body class="console">
<a class="skip" href="#content">${skip}</a>
<header><a class="brand" href="/admin">${brand.name ?? consoleName}</a>
<a class="account" href="${account.href}" title="${account.title}">${avatar({ nick: account.text, avatarUrl: account.avatarUrl })}<bdi>${account.text}</bdi></a>
<nav class="sections" aria-label="${navigation}">${links.map(({ href, text, isCurrent }) => html`<a href="${href}"${isCurrent && html` aria-current="page"`}>${text}</a>`)}</nav></header>
<main id="content">
${layout.content}
</main>
<footer><a href="${otherLanguageUrl}" lang="${otherTag}" hreflang="${otherTag}">${otherLanguage.name}</a></footer>
</body>
</html>
`
}

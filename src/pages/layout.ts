import { Html, html } from './html.js'
import { type Stylesheet, stylesheet } from './stylesheet.js'
import { type Language, texts } from './texts.js'

/** What stands for a logo where there is none. */
const mark = html`<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><rect width="16" height="16" rx="4" fill="currentColor"/><path d="M5 4h3a4 4 0 0 1 0 8H5z" fill="var(--on-accent)"/></svg>`

/** Whose login it is: shown on every page. */
export interface Brand {
  name: string | undefined
  logoUrl: string | undefined
  /** Stands for the name where there is none. */
  host: string
}

interface Layout {
  language: Language
  brand: Brand
  title: string
  content: Html
  /** The address of this page in the other language. */
  otherLanguageUrl: string
  /** Of a page that needs a script to be useful: the script's name in `assets`. */
  script?: string
  /** Of such a script: it is no module. */
  isClassicScript?: boolean
  wide?: boolean
  /** Shown at an address that is not this server's: it loads nothing from there, not even an icon. */
  isElsewhere?: boolean
  /** Where it is not that of the pages that everybody sees: its policy has to admit it. */
  sheet?: Stylesheet
}

/** A whole page: readable without its stylesheet, nothing inline that could run. */
export function page({
  language,
  brand,
  title,
  content,
  otherLanguageUrl,
  script,
  isClassicScript,
  wide,
  isElsewhere,
  sheet = stylesheet,
}: Layout): Html {
  const { tag, otherLanguage } = texts[language]
  return html`<!doctype html>
<html lang="${tag}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}${brand.name && ` · ${brand.name}`}</title>
<link rel="icon" href="${isElsewhere ? 'data:,' : '/assets/icon.svg'}">
${new Html(`<style>${sheet.css}</style>`)}
${script && html`<script ${isClassicScript ? 'defer' : html`type="module"`} src="/assets/${script}"></script>`}
</head>
<body>
${brandHeader(brand)}
<main${wide && html` class="wide"`}>
${content}
</main>
<footer><a href="${otherLanguageUrl}" lang="${texts[otherLanguage.code].tag}" hreflang="${texts[otherLanguage.code].tag}">${otherLanguage.name}</a></footer>
</body>
</html>
`
}

function brandHeader({ name, logoUrl }: Brand): Html {
  return html`<header>${logoUrl ? html`<img src="${logoUrl}" alt="${name ? '' : 'Logo'}">` : mark}${name && html`<span>${name}</span>`}</header>`
}

import { type Fragment, type Html, html } from '../../pages/html.js'
import type { Texts } from './texts.js'

interface PageParts {
  texts: Texts
  title: string
  body: Fragment
  script?: 'wait.js' | 'control.js'
  width?: 'narrow' | 'medium' | 'wide'
}

/** A page of the emulator, which says that it is one. */
export function page({ texts, title, body, script, width = 'narrow' }: PageParts): Html {
  return html`${head(texts, title, script)}
<body class="${width}">
<header><strong>${texts.brand}</strong><span class="badge">${texts.badge}</span></header>
<main>${body}</main>
<footer><p>${texts.notice}</p><p><a href="/_emulator">${texts.control}</a></p></footer>
</body>
</html>`
}

/** A page for a frame: nothing but the code. */
export function framePage({ texts, title, body, script }: PageParts): Html {
  return html`${head(texts, title, script)}
<body class="frame">${body}</body>
</html>`
}

/** A part of a page that opens by a click. */
export function folded(title: string, body: Fragment): Html {
  return html`<section><details>
<summary><h2>${title}</h2></summary>
${body}
</details></section>`
}

function head(texts: Texts, title: string, script: string | undefined): Html {
  return html`<!DOCTYPE html>
<html lang="${texts.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${texts.brand}</title>
<link rel="stylesheet" href="/assets/emulator.css">
${script !== undefined && html`<script type="module" src="/assets/${script}"></script>`}
</head>`
}

import { createHash } from 'node:crypto'
import { Html, html } from '../html.js'
import type { Language } from './language.js'
import { texts } from './texts.js'

const stylesheet = `
:root { color-scheme: light dark; --page: #f4f5f7; --card: #fff; --text: #1c1e21; --soft: #5b6068; --action: #0b5fd6; --on-action: #fff }
@media (prefers-color-scheme: dark) {
  :root { --page: #16181c; --card: #212429; --text: #eceef1; --soft: #a9b0ba; --action: #6aa8ff; --on-action: #10131a }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--page); color: var(--text);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif }
main { width: 100%; max-width: 26rem; padding: 2rem; background: var(--card); border-radius: .75rem; overflow-wrap: anywhere }
h1 { margin: 0 0 .5rem; font-size: 1.375rem; line-height: 1.35 }
p { margin: 0 0 1.5rem }
.action { display: inline-block; padding: .6rem 1.25rem; border-radius: .5rem; background: var(--action); color: var(--on-action);
  font-weight: 600; text-decoration: none }
.action:focus-visible { outline: 3px solid var(--text); outline-offset: 2px }
.soft { margin: 1.5rem 0 0; color: var(--soft); font-size: .875rem }
`

/** Admits the stylesheet into the Content-Security-Policy. */
export const styleHash = `sha256-${createHash('sha256').update(stylesheet).digest('base64')}`

const style = new Html(`<style>${stylesheet}</style>`)

/** A whole page with its one stylesheet and no script. */
export function page(language: Language, title: string, content: Html): Html {
  return html`<!doctype html>
<html lang="${texts[language].tag}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${style}
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`
}

import { type Fragment, type Html, html } from '../html.js'

/** How good something is: `bad` needs somebody, `warn` may need somebody. */
export type Tone = 'ok' | 'warn' | 'bad' | 'neutral'

/** A word about a thing's state. */
export function badge(tone: Tone, text: string): Html {
  return html`<span class="badge ${tone}">${text}</span>`
}

/** A sentence that must be seen; what is bad is read out at once. */
export function notice(tone: Tone, text: Fragment): Html {
  return html`<div class="alert ${tone}" role="${tone === 'bad' ? 'alert' : 'status'}">${text}</div>`
}

/** In the place of a list with nothing in it: what it would show, and what to do first. */
export function emptyState({ title, text, action }: { title: string; text: Fragment; action?: Fragment }): Html {
  return html`<div class="empty"><h2>${title}</h2><p>${text}</p>${action && html`<div class="actions">${action}</div>`}</div>`
}

/** Names and what they are. */
export function definitionList(entries: readonly (readonly [term: string, description: Fragment])[]): Html {
  return html`<dl>${entries.map(([term, description]) => html`<dt>${term}</dt><dd>${description}</dd>`)}</dl>`
}

interface Pager {
  /** What a screen reader calls it. */
  label: string
  /** Absent where the list begins. */
  newer?: { href: string; text: string } | undefined
  /** Absent where the list ends. */
  older?: { href: string; text: string } | undefined
}

/** The ways through a list by key: nobody counts its pages. */
export function pager({ label, newer, older }: Pager): Html | undefined {
  if (!newer && !older) return undefined
  return html`<nav class="pager" aria-label="${label}"><span>${newer && html`<a class="action quiet small" rel="prev" href="${newer.href}">← ${newer.text}</a>`}</span>
<span>${older && html`<a class="action quiet small" rel="next" href="${older.href}">${older.text} →</a>`}</span></nav>`
}

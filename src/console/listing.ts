import { pager } from '../pages/components/notes.js'
import { type Html, html } from '../pages/html.js'
import { groupTexts } from './texts/groups.js'
import type { Visit } from './visit.js'

/** So many stand on a page. */
const PAGE = 40

interface Listing<T> {
  path: string
  /** By which they are in order; unique. */
  keyOf(one: T): string
  /** What a search looks at. */
  textsOf(one: T): string[]
}

/** A page of a list by key, the search above it and the way to the next page. */
export function listOf<T>({ language, href, query }: Visit, all: readonly T[], { path, keyOf, textsOf }: Listing<T>) {
  const t = groupTexts[language]
  const q = query.get('q')?.trim() ?? ''
  const after = query.get('after') ?? ''
  const isFound = (one: T) => textsOf(one).some((text) => text.toLowerCase().includes(q.toLowerCase()))
  const found = all
    .filter((one) => keyOf(one) > after && (q === '' || isFound(one)))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const shown = found.slice(0, PAGE)
  const last = shown.at(-1)
  const lang = query.get('lang')
  const search: Html | undefined =
    all.length > PAGE || q !== ''
      ? html`<form class="search" method="get" action="${path}" role="search">${lang && html`<input type="hidden" name="lang" value="${lang}">`}<input name="q" type="search" value="${q}" aria-label="${t.searchLabel}"><button class="action quiet">${t.search}</button></form>`
      : undefined
  const next = found.length > PAGE && last !== undefined ? keyOf(last) : undefined
  const older = next === undefined ? undefined : { href: href(path, { q: q || undefined, after: next }), text: t.more }
  const more = pager({ label: t.more, older })
  return { shown, search, more }
}

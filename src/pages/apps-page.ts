import { hash } from 'node:crypto'
import { address } from '../api/address.js'
import type { OpenableApplication } from '../services/openable-applications.js'
import type { User } from '../services/ports.js'
import { initialOf, personChip } from './components/person.js'
import { type Html, html } from './html.js'
import { type Brand, page } from './layout.js'
import { HUES } from './styles/apps.js'
import { appsStylesheet } from './stylesheet.js'
import { type Language, texts } from './texts.js'

/** More than these are searched rather than looked through. */
const FEW = 12
/** The rest of the page has its share of the 30 KB that a page may have. */
const MAX_TILES_BYTES = 16 * 1024

interface AppsPage {
  language: Language
  brand: Brand
  otherLanguageUrl: string
  user: User
  /** Whether a logout would be one, and not a login at once. */
  canLogOut: boolean
  /** How many the person may open in all. */
  total: number
  /** Those that were found, from the first to show on. */
  found: readonly OpenableApplication[]
  /** Their logos, by their ids; of others the initial is shown. */
  logos: ReadonlyMap<string, string>
  asked: { search: string | undefined; lang: string | undefined; after: string | undefined }
}

/** The applications that a person may open. */
export function appsPage(about: AppsPage): Html {
  const { language, brand, otherLanguageUrl, total } = about
  const { apps } = texts[language]
  return page({
    language,
    brand,
    title: apps.title,
    otherLanguageUrl,
    script: 'apps.js',
    wide: true,
    sheet: appsStylesheet,
    content: html`<div class="top"><h1>${apps.title}</h1>${corner(about)}</div>
<p class="alert" role="alert" id="failed" hidden>${texts[language].account.failed}</p>
${total === 0 ? html`<div class="empty"><h2>${apps.none}</h2><p>${apps.whomToAsk}</p></div>` : list(about)}`,
  })
}

function corner({ language, user, canLogOut }: AppsPage): Html {
  const { apps, account } = texts[language]
  return html`<nav class="corner" aria-label="${apps.account}">${personChip(user, '/account')}
${canLogOut && html`<button class="action quiet small" type="button" id="log-out" hidden>${account.logOut}</button>`}</nav>`
}

function list(about: AppsPage): Html {
  const { language, total, found, asked } = about
  const { apps } = texts[language]
  const tiles = fitting(found.map((application) => tile(application, about.logos.get(application.id))))
  const hidden = found.length - tiles.length
  const last = found[tiles.length - 1]
  const isWhole = tiles.length === total
  return html`${total > FEW && searchForm(about)}
<p class="soft" role="status" id="found" data-none="${apps.nothingFound}">${found.length === 0 ? apps.nothingFound : asked.search && apps.found(found.length)}</p>
<ul class="tiles"${isWhole && html` data-whole`}>
${tiles}</ul>
${hidden > 0 && last && html`<p class="more"><a class="action quiet" href="${address('/apps', { ...asked, after: last.id })}">${apps.more(hidden)}</a></p>`}
${(asked.search || asked.after) && html`<p class="more"><a href="${address('/apps', { lang: asked.lang })}">${apps.all}</a></p>`}`
}

function searchForm({ language, asked }: AppsPage): Html {
  const { apps } = texts[language]
  return html`<form class="search" role="search" action="/apps">${asked.lang && html`<input type="hidden" name="lang" value="${asked.lang}">`}
<input type="search" name="search" id="search" value="${asked.search}" maxlength="100" placeholder="${apps.search}" aria-label="${apps.search}" autocomplete="off">
<button class="action quiet">${apps.find}</button></form>`
}

function tile({ id, name, description, openUrl }: OpenableApplication, logo: string | undefined): Html {
  const initial = initialOf(name)
  const picture = logo
    ? html`<span class="logo image hue${hueOf(id)}" data-initial="${initial}"><img src="${logo}" alt="" loading="lazy" referrerpolicy="no-referrer"></span>`
    : html`<span class="logo hue${hueOf(id)}" aria-hidden="true">${initial}</span>`
  return html`<li><a class="tile" href="${openUrl}">${picture}<span class="words"><strong><bdi>${name}</bdi></strong>${description && html`<span class="soft">${description}</span>`}</span></a></li>
`
}

/** As many as a page holds, one at least. */
function fitting(tiles: readonly Html[]): Html[] {
  let bytes = 0
  return tiles.filter((tile, index) => {
    bytes += Buffer.byteLength(tile.toString())
    return index === 0 || bytes <= MAX_TILES_BYTES
  })
}

/** The same for an application on every page. */
function hueOf(id: string): number {
  return hash('sha256', id, 'buffer').readUInt16BE() % HUES
}

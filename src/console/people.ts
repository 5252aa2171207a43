import type { Context } from '../context.js'
import { badge, emptyState, notice, pager } from '../pages/components/notes.js'
import { personChip } from '../pages/components/person.js'
import { table } from '../pages/components/table.js'
import { relativeTime } from '../pages/components/time.js'
import { type Fragment, type Html, html } from '../pages/html.js'
import { isAmong } from '../services/administrators.js'
import type { FoundPerson, PeoplePage, PeopleSearch } from '../services/people-search.js'
import type { ConsoleRouter } from './console-router.js'
import { addPersonChanges } from './person-changes.js'
import { addPerson } from './person-page.js'
import { type PeopleTexts, peopleTexts } from './texts/people.js'
import { shellTexts } from './texts/shell.js'
import type { Screen, Visit } from './visit.js'

const filters = ['all', 'disabled', 'administrators'] as const
type Filter = (typeof filters)[number]

/** Which people are wanted, as the address of the list says it. */
interface Wanted {
  filter: Filter
  text: string
  after: string | undefined
}

/** Everybody who has ever logged in: to be found, looked at, and sent away. */
export function addPeople(console: ConsoleRouter, ctx: Context): void {
  console.page('/admin/people', async (visit) => {
    const wanted = wantedBy(visit)
    const [page, administrators] = await Promise.all([find(ctx.peopleSearch, wanted), ctx.administrators.ids()])
    return listScreen(visit, { wanted, page, administrators })
  })
  addPerson(console, ctx)
  addPersonChanges(console, ctx)
}

function wantedBy({ query }: Visit): Wanted {
  const shown = query.get('show')
  return {
    filter: filters.find((filter) => filter === shown) ?? 'all',
    text: query.get('q')?.trim() ?? '',
    after: query.get('after')?.replace(/\p{Cc}|\p{Cs}/gu, '') || undefined,
  }
}

function find(search: PeopleSearch, { filter, text, after }: Wanted): Promise<PeoplePage> {
  if (text !== '') return search.find(text)
  return filter === 'administrators'
    ? search.administrators()
    : search.page({ after, isDisabled: filter === 'disabled' })
}

interface List {
  wanted: Wanted
  page: PeoplePage
  administrators: ReadonlySet<string>
}

function listScreen(visit: Visit, list: List): Screen {
  const { language } = visit
  const texts = peopleTexts[language]
  const { people, isCutOff } = list.page
  return {
    section: 'people',
    title: shellTexts[language].sections.people,
    script: 'times.js',
    images: people.map(({ avatarUrl }) => avatarUrl),
    content: html`${searchForm(visit, list.wanted)}
${filterLinks(visit, list.wanted)}
${isCutOff && notice('neutral', texts.cutOff)}
${people.length > 0 ? peopleTable(visit, list) : nobody(texts, list.wanted)}
${pages(visit, list)}`,
  }
}

function searchForm({ language, query }: Visit, { text }: Wanted): Html {
  const texts = peopleTexts[language]
  const lang = query.get('lang')
  return html`<form class="search" method="get" action="/admin/people" role="search">${lang && html`<input type="hidden" name="lang" value="${lang}">`}<input name="q" type="search" value="${text}" aria-label="${texts.search}" aria-describedby="search-hint"><button class="action quiet">${texts.find}</button></form>
<p class="soft" id="search-hint">${texts.searchHint}</p>`
}

function filterLinks({ language, href }: Visit, { filter, text }: Wanted): Html {
  const texts = peopleTexts[language]
  const link = (name: Filter) =>
    html`<a href="${href('/admin/people', { show: name === 'all' ? undefined : name })}"${name === filter && text === '' && html` aria-current="true"`}>${texts.filters[name]}</a>`
  return html`<p class="quick">${filters.map((name) => html`${link(name)} `)}</p>`
}

function peopleTable(visit: Visit, { wanted, page, administrators }: List): Html {
  const texts = peopleTexts[visit.language]
  const { person, username, lastLogin, sessions, state } = texts.columns
  return table({
    caption: wanted.text ? texts.found(wanted.text) : texts.list,
    isCaptionHidden: wanted.text === '',
    columns: [
      { title: person },
      { title: username },
      { title: lastLogin },
      { title: sessions, isNumber: true },
      { title: state },
    ],
    rows: page.people.map((found) => row(visit, found, isAmong(administrators, found))),
  })
}

function row({ language, href }: Visit, person: FoundPerson, isAdministrator: boolean): Fragment[] {
  const { id, username, profile, nick, lastLoginAt, sessions, disabledAt } = person
  const texts = peopleTexts[language]
  const name = profile?.name && profile.name !== nick && html` <span class="soft"><bdi>${profile.name}</bdi></span>`
  return [
    html`${personChip(person, href(`/admin/people/${id}`))}${name}`,
    html`<bdi>${username}</bdi>`,
    lastLoginAt ? relativeTime(lastLoginAt) : texts.notYet,
    sessions,
    html`${disabledAt && badge('bad', texts.disabled)} ${isAdministrator && badge('neutral', texts.administrator)}`,
  ]
}

function nobody(texts: PeopleTexts, { text, filter }: Wanted): Html {
  return emptyState(texts.empty[text === '' ? filter : 'found'])
}

function pages({ language, href }: Visit, { wanted, page }: List): Html | undefined {
  const texts = peopleTexts[language]
  const show = wanted.filter === 'all' ? undefined : wanted.filter
  const to = (after: string | undefined) => href('/admin/people', { show, after })
  return pager({
    label: texts.pages,
    newer: wanted.after && wanted.text === '' ? { href: to(undefined), text: texts.first } : undefined,
    older: page.next === undefined ? undefined : { href: to(page.next), text: texts.next },
  })
}

import { type Fragment, type Html, html } from '../html.js'

const segmenter = new Intl.Segmenter()

interface Person {
  nick: string
  avatarUrl: string | null | undefined
}

/** A person's picture; the first character of their name where there is none. */
export function avatar({ nick, avatarUrl }: Person): Html {
  if (avatarUrl) return html`<img class="avatar" src="${avatarUrl}" alt="" loading="lazy" referrerpolicy="no-referrer">`
  return html`<span class="avatar" aria-hidden="true">${initialOf(nick)}</span>`
}

/** A person's picture and name, with a link where there is one. */
export function personChip(person: Person, href?: string): Html {
  const content = html`${avatar(person)}<bdi>${person.nick}</bdi>`
  return href === undefined
    ? html`<span class="person">${content}</span>`
    : html`<a class="person" href="${href}">${content}</a>`
}

/** The person whom a page is about. */
export function personHeading(person: Person, below: Fragment): Html {
  return html`<div class="person big">${avatar(person)}<div>${below}</div></div>`
}

/** The first character of a name as people count them: an emoji is one. */
export function initialOf(name: string): string {
  const first = [...segmenter.segment(name.trim())][0]?.segment ?? '?'
  return first.toUpperCase()
}

import { type Html, html } from '../../pages/html.js'
import type { Ticket } from '../login/tickets.js'
import type { Person } from '../person.js'
import { page } from './layout.js'
import { choices, site } from './login-pages.js'
import type { Texts } from './texts.js'

/** The phone after a scan: it asks whose it is. */
export function choosePersonPage(texts: Texts, ticket: Ticket, people: Person[]): Html {
  return page({
    texts,
    title: texts.phoneTitle,
    body: html`<h1>${texts.phoneTitle}</h1>
<p>${texts.phoneHint}</p>
${site(texts, ticket)}
${choices(texts, people, (person) => `/scan/${ticket.id}/as/${person.id}`)}`,
  })
}

/** The phone asks the person to agree. */
export function confirmPage(texts: Texts, ticket: Ticket, person: Person): Html {
  const path = `/scan/${ticket.id}/as/${person.id}`
  return page({
    texts,
    title: texts.confirmTitle,
    body: html`<div class="confirm">
<img src="/avatar/${person.id}.svg" alt="" width="72" height="72">
<h1 dir="auto">${person.nick}</h1>
<p>${texts.confirmHint} <code>${new URL(ticket.request.redirectUri).origin}</code></p>
<p><a class="button" href="${path}/agree">${texts.agree}</a></p>
<p><a class="button second" href="${path}/refuse">${texts.refuse}</a></p>
<p><a class="quiet" href="/scan/${ticket.id}">${texts.back}</a></p>
</div>`,
  })
}

/** The phone's last page. */
export function phoneMessagePage(
  texts: Texts,
  message: 'phoneAgreed' | 'phoneRefused' | 'phoneUsed' | 'phoneExpired' | 'not-in-organisation',
): Html {
  return page({ texts, title: texts[message], body: html`<h1>${texts[message]}</h1>` })
}

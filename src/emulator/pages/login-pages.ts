import { type Html, html } from '../../pages/html.js'
import type { AuthorizeRefusalCode } from '../login/consent-request.js'
import type { Ticket } from '../login/tickets.js'
import type { Person } from '../person.js'
import { framePage, page } from './layout.js'
import type { Texts } from './texts.js'

interface CodePageParts {
  texts: Texts
  ticket: Ticket
  /** The QR code as a data URI. */
  qrImage: string
  people: Person[]
}

/** The desktop's page: a code to scan, and people to choose for those without a phone. */
export function authorizePage({ texts, ticket, qrImage, people }: CodePageParts): Html {
  return page({
    texts,
    title: texts.authorizeTitle,
    width: 'medium',
    script: 'wait.js',
    body: html`<h1>${texts.authorizeTitle}</h1>
${site(texts, ticket)}
<div class="columns">
<section class="code" ${waiting(ticket)}>
${qrLink(texts, ticket, qrImage)}
${statuses(texts, ticket, texts.scanHint)}
</section>
<section>
<h2>${texts.peopleTitle}</h2>
${choices(texts, people, (person) => withParameter(ticket.renewPath, 'person', person.id))}
<p><a class="quiet" href="${withParameter(ticket.renewPath, 'refuse', '1')}">${texts.refuse}</a></p>
</section>
</div>`,
  })
}

/** The page without a code, where DingTalk asks for a password. */
export function passwordPage(texts: Texts, ticket: Ticket, people: Person[]): Html {
  return page({
    texts,
    title: texts.passwordTitle,
    body: html`<h1>${texts.passwordTitle}</h1>
${site(texts, ticket)}
${choices(texts, people, (person) => withParameter(ticket.renewPath, 'person', person.id))}
<p><a class="quiet" href="${withParameter(ticket.renewPath, 'refuse', '1')}">${texts.refuse}</a></p>`,
  })
}

/** The code alone, for a frame in the server's page. */
export function inlineCodePage({ texts, ticket, qrImage }: Omit<CodePageParts, 'people'>): Html {
  return framePage({
    texts,
    title: texts.authorizeTitle,
    script: 'wait.js',
    body: html`<div class="code" ${waiting(ticket)}>
${qrLink(texts, ticket, qrImage)}
${statuses(texts, ticket, texts.frameHint)}
</div>`,
  })
}

/** Where the browser stays when it is not sent to the callback. */
export function stayPage(texts: Texts, status: 'refused' | 'not-in-organisation', renewPath: string): Html {
  return page({
    texts,
    title: texts[status],
    body: html`<h1>${texts[status]}</h1><p><a class="button" href="${renewPath}">${texts.renew}</a></p>`,
  })
}

/** The error that DingTalk shows for a wrong authorize address. */
export function refusedAddressPage(texts: Texts, code: AuthorizeRefusalCode): Html {
  return page({
    texts,
    title: texts.errorTitle,
    body: html`<h1>${texts.errorTitle}</h1>
<p class="problem">${texts[code]}</p>
<p><code>${code}</code></p>
<p>${texts.errorHint}</p>`,
  })
}

/** A page that DingTalk does not have. */
export function notFoundPage(texts: Texts): Html {
  return page({ texts, title: texts.notFoundTitle, body: html`<h1>${texts.notFoundTitle}</h1>` })
}

/** People as plain links: Chrome applies CSP `form-action` to the whole redirect chain of a form. */
export function choices(texts: Texts, people: Person[], addressOf: (person: Person) => string): Html {
  return html`<ul class="people">${people.map(
    (person) => html`<li><a href="${addressOf(person)}">
<img src="/avatar/${person.id}.svg" alt="" width="40" height="40">
<span><b dir="auto">${person.nick}</b> <small>${person.id} · ${texts[person.membership]}</small></span></a></li>`,
  )}</ul>`
}

/** The site that the login is for. */
export function site(texts: Texts, ticket: Ticket): Html {
  return html`<p class="site">${texts.onwardTo} <code>${new URL(ticket.request.redirectUri).origin}</code></p>`
}

function qrLink(texts: Texts, ticket: Ticket, qrImage: string): Html {
  return html`<a class="qr" href="/scan/${ticket.id}" target="_blank" rel="noopener">
<img src="${qrImage}" alt="${texts.qrAlt}" width="210" height="210"></a>`
}

/** The attribute that wait.js looks for. */
function waiting(ticket: Ticket): Html {
  return html`data-status-url="/scan/${ticket.id}/status"`
}

const endings = ['refused', 'expired', 'not-in-organisation'] as const

/** One line for each status; wait.js shows the one that holds. */
function statuses(texts: Texts, ticket: Ticket, hint: string): Html {
  const renew = html`<a href="${ticket.renewPath}">${texts.renew}</a>`
  return html`<div role="status">
<p data-when="waiting">${hint}</p>
<p data-when="scanned" hidden>${texts.scanned}</p>
<p data-when="agreed" hidden>${texts.agreed}</p>
${endings.map((status) => html`<p data-when="${status}" hidden>${texts[status]} ${renew}</p>`)}
<p data-when="lost" hidden>${texts.lost}</p>
</div>`
}

function withParameter(path: string, name: string, value: string): string {
  return `${path}&${new URLSearchParams({ [name]: value })}`
}

import type { SessionInfo, User } from '../services/ports.js'
import { badge } from './components/notes.js'
import { personHeading } from './components/person.js'
import { relativeTime } from './components/time.js'
import { deviceOf } from './device.js'
import { type Html, html } from './html.js'
import { type Brand, page } from './layout.js'
import { type Language, texts } from './texts.js'

interface AccountPage {
  language: Language
  brand: Brand
  otherLanguageUrl: string
  user: User
  sessions: SessionInfo[]
  currentSessionId: string
}

/** Who I am and where I am signed in. */
export function accountPage({
  language,
  brand,
  otherLanguageUrl,
  user,
  sessions,
  currentSessionId,
}: AccountPage): Html {
  const { account } = texts[language]
  const current = sessions.filter(({ id }) => id === currentSessionId)
  const others = sessions.filter(({ id }) => id !== currentSessionId)
  return page({
    language,
    brand,
    title: account.title,
    otherLanguageUrl,
    script: 'account.js',
    wide: true,
    content: html`<h1>${account.title}</h1>
<p class="alert" role="alert" id="failed" hidden>${account.failed}</p>
${personHeading(user, who(language, user))}
<h2 id="sessions">${account.sessions}</h2>
<noscript><p class="soft">${account.noScript}</p></noscript>
<ul class="rows" aria-labelledby="sessions">
${[...current, ...others].map((session) => sessionRow(language, session, session.id === currentSessionId))}
</ul>
<p class="actions"><button class="action" type="button" data-method="POST" data-path="/logout">${account.logOut}</button>
${others.length > 0 && html`<button class="action quiet" type="button" data-method="DELETE" data-path="/sessions">${account.endOthers}</button>`}</p>`,
  })
}

function sessionRow(
  language: Language,
  { id, createdAt, lastSeenAt, ip, userAgent }: SessionInfo,
  isCurrent: boolean,
): Html {
  const { account } = texts[language]
  const device = deviceOf(userAgent, account)
  return html`<li><div><p><strong>${device}</strong>${isCurrent && html` ${badge('ok', account.thisBrowser)}`}</p>
<p class="soft">${account.lastSeen(relativeTime(lastSeenAt))}<br>${account.signedIn(relativeTime(createdAt), ip)}</p></div>
${!isCurrent && html`<button class="action quiet small" type="button" data-method="DELETE" data-path="/sessions/${id}" aria-label="${account.end}: ${device}">${account.end}</button>`}</li>
`
}

/** The username is said where it is another than the nick. */
function who(language: Language, { nick, username, lastLoginAt }: User): Html {
  const { account } = texts[language]
  return html`<p class="name"><strong><bdi>${nick}</bdi></strong></p>
<p class="soft">${username !== nick && html`${account.username(html`<bdi>${username}</bdi>`)}<br>`}${lastLoginAt && account.lastLogin(relativeTime(lastLoginAt))}</p>`
}

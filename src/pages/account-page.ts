import type { SessionInfo, User } from '../services/ports.js'
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
<div class="person">${user.avatarUrl && html`<img src="${user.avatarUrl}" alt="" referrerpolicy="no-referrer">`}
<div><p><strong><bdi>${user.nick}</bdi></strong></p>
<p class="soft">${account.username}: <bdi>${user.username}</bdi><br>${account.lastLogin}: ${when(user.lastLoginAt)}</p></div></div>
<h2 id="sessions">${account.sessions}</h2>
<noscript><p class="soft">${account.noScript}</p></noscript>
<ul aria-labelledby="sessions">
${[...current, ...others].map((session) => sessionRow(language, session, session.id === currentSessionId))}
</ul>
<p class="actions"><button class="action" type="button" data-method="POST" data-path="/logout">${account.logOut}</button>
${others.length > 0 && html`<button class="action quiet" type="button" data-method="DELETE" data-path="/sessions">${account.endOthers}</button>`}</p>`,
  })
}

function sessionRow(language: Language, { id, lastSeenAt, ip, userAgent }: SessionInfo, isCurrent: boolean): Html {
  const { account } = texts[language]
  const device = deviceOf(userAgent, account)
  return html`<li><div><p>${device}${isCurrent && html` <strong>(${account.thisBrowser})</strong>`}</p>
<p class="soft">${account.lastSeen}: ${when(lastSeenAt)}<br>${account.address}: ${ip}</p></div>
${!isCurrent && html`<button class="action quiet" type="button" data-method="DELETE" data-path="/sessions/${id}" aria-label="${account.end}: ${device}">${account.end}</button>`}</li>
`
}

/** In UTC until the page's script says it in the reader's own time. */
function when(time: Date): Html {
  const text = time.toISOString()
  return html`<time datetime="${text}">${text.slice(0, 16).replace('T', ' ')} UTC</time>`
}

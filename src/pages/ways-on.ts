import { type Html, html } from './html.js'
import { type Language, texts } from './texts.js'

/** Where a login goes on that no code on this page can begin. */
export interface WaysOn {
  /** Begins it on DingTalk's own page. */
  dingUrl: string
  /** Where the client is asked once more. */
  againUrl?: string | undefined
  /** The address of this page, to be opened by another program. */
  elsewhere?: { in: 'dingtalk' | 'browser'; address: string } | undefined
}

/** The buttons and links, by which a login goes on. */
export function waysOn(language: Language, { dingUrl, againUrl, elsewhere }: WaysOn): Html {
  const { login, error } = texts[language]
  return html`<p class="actions"><a class="action" href="${dingUrl}">${login.onPhone}</a>${
    againUrl && html` <a class="action quiet" href="${againUrl}">${error.tryAgain}</a>`
  }</p>${
    elsewhere &&
    html`
<p class="actions"><a href="${openingAddress(elsewhere)}">${elsewhere.in === 'dingtalk' ? login.openInDingTalk : login.openInBrowser}</a></p>`
  }`
}

/**
 * An address that DingTalk opens: from a phone's browser within DingTalk, from its desktop client in the system's
 * browser. https://open.dingtalk.com/document/development/message-link-description
 */
export function openingAddress({ in: program, address }: NonNullable<WaysOn['elsewhere']>): string {
  const url = encodeURIComponent(address)
  return program === 'dingtalk'
    ? `dingtalk://dingtalkclient/page/link?url=${url}`
    : `https://applink.dingtalk.com/page/link?url=${url}&targetDesktop=browser`
}

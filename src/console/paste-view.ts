import type { Context } from '../context.js'
import { notice } from '../pages/components/notes.js'
import { type Html, html } from '../pages/html.js'
import { pasteOf } from '../paste/paste-texts.js'
import { type Product, productNames, productOf } from '../paste/products.js'
import { nginxText } from '../paste/proxy-text.js'
import type { Application } from '../services/application.js'
import { openidPaths } from '../services/openid-paths.js'
import { applicationTexts } from './texts/applications.js'
import { noteInChinese } from './texts/paste-notes.js'
import type { Visit } from './visit.js'

interface Given {
  application: Application
  /** Known a moment after it was made. */
  secret?: string | undefined
  product?: Product
}

/** What to paste into the product that this application is; with the secret at the moment when it is made. */
export function pasteView({ config }: Pick<Context, 'config'>, { language }: Visit, given: Given): Html {
  const { application, secret, product = productOf(application) } = given
  const t = applicationTexts[language]
  const issuer = config.publicUrl
  if (application.kind === 'proxy')
    return html`<h2>${t.paste('nginx')}</h2>${copyable('paste', nginxText({ ...application, issuer }), language)}`
  if (product === 'other' || product === 'proxy')
    return html`<h2>${t.otherFacts}</h2>${copyable('paste', factsText(application, issuer, secret), language)}`
  const { text, missingCallback, notes } = pasteOf(product, { issuer, application, secret })
  return html`<h2>${t.paste(productNames[product])}</h2>
${missingCallback !== undefined && notice('warn', t.missingCallback(missingCallback))}
${copyable('paste', text, language)}
<ul class="notes">${notes.map((note) => noteLine(note, language))}</ul>`
}

function noteLine(note: string, language: Visit['language']): Html {
  const chinese = language === 'zh' ? noteInChinese(note) : undefined
  return chinese === undefined ? html`<li lang="en">${note}</li>` : html`<li>${chinese}</li>`
}

/** A text with a button that copies it, where scripts run. */
export function copyable(id: string, text: string, language: Visit['language']): Html {
  const t = applicationTexts[language]
  return html`<pre tabindex="0"><code id="${id}">${text}</code></pre>
<p><button type="button" class="action quiet" data-copy="${id}" data-done="${t.copied}" hidden>${t.copy}</button></p>`
}

function factsText({ id, redirectUris, kind }: Application, issuer: string, secret: string | undefined): string {
  const facts = [
    ['issuer', issuer],
    ['client_id', id],
    ...(kind === 'confidential' ? [['client_secret', secret ?? 'THE-SECRET-THAT-WAS-SHOWN-ONCE']] : []),
    ...redirectUris.map((uri) => ['redirect_uri', uri]),
    ['scope', 'openid profile email groups'],
    ...(['discovery', 'authorization', 'token', 'userinfo', 'endSession'] as const).map((name) => [
      name,
      issuer + openidPaths[name],
    ]),
  ]
  return facts.map(([name, value]) => `${name}: ${value}`).join('\n')
}

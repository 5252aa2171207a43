import { type Html, html } from '../pages/html.js'
import type { Visit } from './visit.js'

/** A form that does this to this person. */
export function formTo({ href, token }: Visit, id: string, doing: string, content: Html): Html {
  return html`<form method="post" action="${href(`/admin/people/${id}/${doing}`)}">${token}
${content}</form>`
}

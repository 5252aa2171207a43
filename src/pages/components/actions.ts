import { type Fragment, type Html, html } from '../html.js'

/** How much an action weighs: one primary on a page, the rest quiet, what ends something for good danger. */
export type Weight = 'primary' | 'quiet' | 'danger'

interface Look {
  weight?: Weight
  /** In a table's row. */
  isSmall?: boolean
  /** What a screen reader says where the text alone is not enough. */
  label?: string | undefined
}

/** A link that looks like a button. */
export function linkButton(href: string, text: Fragment, look: Look = {}): Html {
  return html`<a class="${classOf(look)}" href="${href}"${labelOf(look)}>${text}</a>`
}

/** A button that sends its form, with a name and a value where there are several. */
export function submitButton(text: Fragment, look: Look & { name?: string; value?: string } = {}): Html {
  const { name, value } = look
  return html`<button class="${classOf(look)}"${name !== undefined && html` name="${name}" value="${value}"`}${labelOf(look)}>${text}</button>`
}

/** Actions beside one another, which wrap. */
export function actions(...parts: Fragment[]): Html {
  return html`<div class="actions">${parts}</div>`
}

function classOf({ weight = 'primary', isSmall }: Look): string {
  return ['action', weight !== 'primary' && weight, isSmall && 'small'].filter(Boolean).join(' ')
}

function labelOf({ label }: Look): Html | undefined {
  return label === undefined ? undefined : html` aria-label="${label}"`
}

import { type Html, html } from '../html.js'
import type { Language } from '../texts.js'

/** Made for the first page in Chinese: its dictionary takes longer to load than any module of ours. */
let words: Intl.Segmenter | undefined
const OPENING = /^[（《“‘「]/u

/**
 * A sentence whose lines break between words: Chinese has no spaces, and browsers break it anywhere. A word of one
 * character stays with the one before it, as does what ends a phrase.
 */
export function phrases(language: Language, text: string): Html {
  if (language !== 'zh') return html`${text}`
  words ??= new Intl.Segmenter('zh', { granularity: 'word' })
  const parts: string[] = []
  for (const { segment } of words.segment(text)) {
    const last = parts.at(-1)
    const isOwn = (segment.length > 1 && /[\p{L}\p{N}]/u.test(segment)) || OPENING.test(segment)
    if (last === undefined || (isOwn && !OPENING.test(last.at(-1) ?? ''))) parts.push(segment)
    else parts[parts.length - 1] = last + segment
  }
  return html`<span class="phrases">${parts.map((part, index) => html`${index > 0 && html`<wbr>`}${part}`)}</span>`
}

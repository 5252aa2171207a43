import { type Html, html } from '../html.js'

/** A time, in UTC until `assets/times.js` says it as the reader's own: how long ago, with the whole of it as the title. */
export function relativeTime(time: Date): Html {
  return html`<time datetime="${time.toISOString()}" data-relative>${utc(time)}</time>`
}

/** A time to the minute, in UTC until `assets/times.js` says it in the reader's own zone. */
export function absoluteTime(time: Date): Html {
  return html`<time datetime="${time.toISOString()}">${utc(time)}</time>`
}

function utc(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

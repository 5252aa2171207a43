import { hash } from 'node:crypto'
import { Router } from 'express'
import { html } from '../pages/html.js'
import type { Parts } from './parts.js'
import type { Person } from './person.js'

/** Serves pictures of people: the first character of the nick on a colour of their own. */
export function avatarRoutes({ people }: Parts): Router {
  return Router().get('/avatar/:name', (req, res, next) => {
    const person = people.find(req.params.name.replace(/\.svg$/, ''))
    if (!person) return next()
    res
      .type('image/svg+xml')
      // Front ends have other origins, and show it.
      .set({ 'Cache-Control': 'no-cache', 'Cross-Origin-Resource-Policy': 'cross-origin' })
      .set({ 'Content-Security-Policy': "default-src 'none'; style-src 'none'", 'X-Content-Type-Options': 'nosniff' })
      .send(pictureOf(person))
  })
}

/** The absolute address of a person's picture; undefined where there is none. */
export function avatarUrlOf({ avatarUrl }: Person, publicUrl: string): string | undefined {
  return avatarUrl && new URL(avatarUrl, publicUrl).href
}

function pictureOf({ id, nick }: Person): string {
  const hue = (hash('sha256', id, 'buffer')[0] ?? 0) * 1.4
  const [first] = new Intl.Segmenter().segment(nick)
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 80" width="80" height="80">
<rect width="80" height="80" fill="hsl(${hue} 45% 42%)"/>
<text x="40" y="41" fill="#fff" font-family="sans-serif" font-size="36" text-anchor="middle" dominant-baseline="central">${first?.segment ?? '?'}</text>
</svg>`.toString()
}

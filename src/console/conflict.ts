import { hash } from 'node:crypto'
import { notice } from '../pages/components/notes.js'
import { type Html, html } from '../pages/html.js'
import { groupTexts } from './texts/groups.js'
import type { Form, Visit } from './visit.js'

/** A value for people: a list as lines. */
function shown(value: unknown): string {
  if (!Array.isArray(value)) return value === null || value === undefined ? '–' : String(value)
  return value.map((one) => (typeof one === 'object' ? Object.values(one).join(' ') : String(one))).join('\n') || '–'
}

function fingerprint(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'base64url').slice(0, 8)
}

/** The hidden fields by which a form knows later what others have changed since it was opened. */
export function seenFields(revision: number, seen: object): Html {
  const prints = Object.entries(seen).map(([name, value]) => `${name}:${fingerprint(value)}`)
  return html`<input type="hidden" name="revision" value="${revision}"><input type="hidden" name="seen" value="${prints.join(' ')}">`
}

interface Conflict {
  form: Form
  /** What there is now, and what was typed. */
  now: object
  typed: object
  labels: Readonly<Record<string, string>>
}

/** Tells the later of two what the other has changed; what they typed stays. */
export function conflictNotice({ language }: Visit, { form, now, typed, labels }: Conflict): Html {
  const t = groupTexts[language]
  const seen = new Map(
    (form.get('seen') ?? '')
      .split(' ')
      .map((pair): [string, string] => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)]),
  )
  const own = new Map<string, unknown>(Object.entries(typed))
  const changed = Object.entries(now).filter(([name, value]) => seen.get(name) !== fingerprint(value))
  const rows = changed.map(
    ([name, value]) =>
      html`<tr><th scope="row">${labels[name] ?? name}</th><td><bdi>${shown(value)}</bdi></td><td><bdi>${shown(own.get(name))}</bdi></td></tr>`,
  )
  return notice(
    'bad',
    html`<p>${t.conflict}</p>${
      rows.length === 0
        ? html`<p>${t.nothingOfThis}</p>`
        : html`<table><caption>${t.otherChanged}</caption><thead><tr><td></td><th scope="col">${t.nowIs}</th><th scope="col">${t.youTyped}</th></tr></thead><tbody>${rows}</tbody></table>`
    }`,
  )
}

import { submitButton } from '../../pages/components/actions.js'
import { optionsOf } from '../../pages/components/field.js'
import { type Html, html } from '../../pages/html.js'
import { trailTexts } from '../texts/trail.js'
import type { Visit } from '../visit.js'
import { eventGroups, isEventGroup } from './event-groups.js'
import { quickTimes, type TrailQuery } from './trail-filter.js'

/** What is looked for, and the choices that are made most. */
export function filterForm({ language, href, query }: Visit, wanted: TrailQuery): Html {
  const texts = trailTexts[language]
  const text = (name: 'person' | 'application' | 'by', hint?: string) =>
    html`<label>${texts[name]}<input type="search" name="${name}" value="${wanted[name]}"${hint && html` placeholder="${hint}"`} autocomplete="off"></label>`
  const date = (name: 'from' | 'to') =>
    html`<label>${texts[name]}<input type="date" name="${name}" value="${wanted[name]}"></label>`
  const lang = query.get('lang')
  return html`<nav class="quick" aria-label="${texts.quickLabel}">${quickTimes.map((when) => html`<a href="${href('/admin/trail', { ...wanted, when, from: undefined, to: undefined })}"${wanted.when === when && html` aria-current="true"`}>${texts.quick[when]}</a>`)}<a href="${href('/admin/trail', { event: 'refusals', when: 'yesterday' })}">${texts.yesterdaysRefusals}</a>${Object.values(wanted).some(Boolean) && html`<a href="${href('/admin/trail')}">${texts.clear}</a>`}</nav>
<form class="filter dense" method="get" action="/admin/trail">${text('person', texts.personHint)}
<label>${texts.event}<select name="event"><option value="">${texts.anyEvent}</option>${eventOptions(language, wanted.event)}</select></label>
${text('application')}${text('by', texts.personHint)}
${date('from')}${date('to')}
${lang && html`<input type="hidden" name="lang" value="${lang}">`}${submitButton(texts.show, { isSmall: true })}</form>`
}

function eventOptions(language: Visit['language'], chosen: string | undefined): Html[] {
  const { groups, events } = trailTexts[language]
  return Object.entries(eventGroups).map(([group, names]) => {
    const name = isEventGroup(group) ? groups[group] : group
    const options = names.map((event) => ({ value: event, text: `· ${events[event]}` }))
    return html`${optionsOf([{ value: group, text: name }, ...options], chosen)}`
  })
}

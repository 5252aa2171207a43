import { type Html, html } from '../../pages/html.js'
import { permissions } from '../organisation/permissions.js'
import { memberships } from '../person.js'
import { eventFaults } from '../stream/deliveries.js'
import { folded } from './layout.js'
import type { Texts } from './texts.js'

/** Everybody, with what can happen to them. */
export function peopleSection(texts: Texts): Html {
  return html`<section>
<h2>${texts.people}</h2>
<ul class="people grid" id="people"></ul>
${memberships.map((membership) => html`<template data-membership-name="${membership}">${texts[membership]}</template>`)}
<template id="person"><li>
<img alt="" width="40" height="40">
<span><b dir="auto"></b> <small></small></span>
<span class="actions">
<button type="button" data-do="change">${texts.change}</button>
<button type="button" data-do="leave">${texts.leave}</button>
<button type="button" data-do="join">${texts.comeBack}</button>
</span></li></template>
${changeDialog(texts)}
</section>`
}

/** What the organisation says of a person. */
function changeDialog(texts: Texts): Html {
  const fields = [
    ['nick', texts.nick],
    ['name', texts.realName],
    ['title', texts.jobTitle],
    ['jobNumber', texts.jobNumber],
    ['orgEmail', texts.orgEmail],
  ] as const
  const lists = [
    ['departments', texts.departments],
    ['roles', texts.roles],
  ] as const
  return html`<dialog id="change" aria-labelledby="change-heading">
<h2 id="change-heading">${texts.change}</h2>
<div class="fields">${fields.map(([field, label]) => html`<label>${label} <input id="change-${field}"></label>`)}
${lists.map(([field, label]) => html`<label>${label} <select id="change-${field}" multiple size="4"></select></label>`)}</div>
<p class="actions"><button type="button" id="change-save">${texts.save}</button>
<button type="button" id="change-cancel">${texts.cancel}</button></p>
</dialog>`
}

/** Departments, and what the application may ask. */
export function organisationSection(texts: Texts): Html {
  const boxes = permissions.map(
    (permission) =>
      html`<li><label><input type="checkbox" data-permission="${permission}" checked> <code>${permission}</code></label></li>`,
  )
  return folded(
    `${texts.departments} · ${texts.permissions}`,
    html`<div class="row">
<ul class="plain" id="departments"></ul>
<ul class="plain">${boxes}</ul>
</div>
<template id="department"><li><b dir="auto"></b> <small></small>
<button type="button" data-do="rename" data-question="${texts.newName}">${texts.rename}</button>
<button type="button" data-do="remove">${texts.remove}</button></li></template>`,
  )
}

/** The gateway of events: its connections, and what became of each event. */
export function eventSection(texts: Texts): Html {
  const faults = eventFaults.map(
    (fault) => html`<button type="button" data-event-fault="${fault}">${texts[fault]}</button>`,
  )
  const actions = (['ping', 'disconnect', 'drop'] as const).map(
    (action) => html`<button type="button" data-post="connections/${action}">${texts[action]}</button>`,
  )
  const head = [texts.time, texts.event, texts.outcome, texts.content]
  return folded(
    texts.events,
    html`<p>${texts.connections}${texts.colon}<span id="connections">0</span></p>
<p class="actions">${actions}${faults}</p>
<p>${texts.pending}${texts.colon}<span id="event-faults" data-none="${texts.none}">${texts.none}</span></p>
<div class="scroll" tabindex="0"><table>
<thead><tr>${head.map((name) => html`<th>${name}</th>`)}</tr></thead>
<tbody id="events"></tbody>
</table></div>`,
  )
}

// The control page: steers the emulator by hand.
import { showEvents } from './control/events.js'
import { showDepartments, showPermissions } from './control/organisation.js'
import { act, byId, call, onClick, refreshWith, row, timeOf } from './control/page.js'
import { showPeople } from './control/people.js'

function showFaults(waiting) {
  const list = byId('waiting')
  const text = waiting.map(({ call, fault }) => `${call} → ${fault}`).join(', ')
  list.textContent = text || list.dataset.none
}

function showJournal(entries) {
  byId('journal').replaceChildren(
    ...entries
      .slice(-100)
      .reverse()
      .map((entry) => {
        const { at, call, outcome, personId = '', method, path } = entry
        const line = row([timeOf(at), call, outcome, personId, `${method} ${path}`])
        line.classList.toggle('failed', outcome !== 'ok')
        return line
      }),
  )
}

async function refresh() {
  const [people, departments, roles, permissions] = await Promise.all(
    ['people', 'departments', 'roles', 'permissions'].map((path) => call('GET', path)),
  )
  showPeople(people, departments, roles)
  showDepartments(departments)
  showPermissions(permissions)
  const [waiting, entries, { now }, ...events] = await Promise.all(
    ['faults', 'journal', 'clock', 'events', 'events/faults', 'connections'].map((path) => call('GET', path)),
  )
  showFaults(waiting)
  showJournal(entries)
  showEvents(...events)
  byId('now').textContent = new Date(now).toLocaleString(document.documentElement.lang)
}

refreshWith(refresh)

for (const button of document.querySelectorAll('[data-fault]')) {
  onClick(button, () => call('POST', 'faults', { call: byId('call').value, fault: JSON.parse(button.dataset.fault) }))
}
for (const button of document.querySelectorAll('[data-clock]'))
  onClick(button, () => call('POST', 'clock', { byMs: Number(button.dataset.clock) }))
for (const button of document.querySelectorAll('[data-post]')) onClick(button, () => call('POST', button.dataset.post))
byId('clear').addEventListener('click', () => act(() => call('DELETE', 'journal')))

// A hidden tab rests; a problem on show stays until the next click.
async function live() {
  if (!document.hidden) await refresh()
}

function liveOn() {
  live()
    .catch(() => undefined)
    .finally(() => setTimeout(liveOn, 1000))
}

liveOn()

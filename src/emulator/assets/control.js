// The control page: everything it does goes through the emulator's HTTP interface.
const byId = (id) => document.getElementById(id)

async function call(method, path, body) {
  const response = await fetch(`/_emulator/${path}`, {
    method,
    ...(method !== 'GET' && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body ?? {}) }),
  })
  const result = response.status === 204 ? undefined : await response.json()
  if (!response.ok) throw new Error(result.error)
  return result
}

function cell(text) {
  const td = document.createElement('td')
  td.textContent = text
  return td
}

function membershipName({ membership }) {
  return document.querySelector(`[data-membership-name=${membership}]`).content.textContent
}

function showPeople(people) {
  byId('people').replaceChildren(
    ...people.map((person) => {
      const item = byId('person').content.cloneNode(true)
      item.querySelector('li').dataset.membership = person.membership
      item.querySelector('img').src = `/avatar/${encodeURIComponent(person.id)}.svg?${encodeURIComponent(person.nick)}`
      item.querySelector('b').textContent = person.nick
      item.querySelector('small').textContent = `${person.id} · ${membershipName(person)}`
      const isEmployee = person.membership === 'employee'
      item.querySelector('[data-do=leave]').hidden = !isEmployee
      item.querySelector('[data-do=join]').hidden = isEmployee
      for (const button of item.querySelectorAll('button')) {
        button.addEventListener('click', () => act(() => changePerson(person, button)))
      }
      return item
    }),
  )
}

async function changePerson(person, button) {
  const path = `people/${encodeURIComponent(person.id)}`
  if (button.dataset.do === 'leave') return call('PATCH', path, { membership: 'left' })
  if (button.dataset.do === 'join') return call('PATCH', path, { membership: 'employee' })
  const nick = prompt(button.dataset.question, person.nick)
  if (nick !== null) await call('PATCH', path, { nick })
}

function showFaults(waiting) {
  const list = byId('waiting')
  list.textContent = waiting.map((order) => `${order.call} → ${order.fault}`).join(', ') || list.dataset.none
}

function showJournal(entries) {
  byId('journal').replaceChildren(
    ...entries
      .slice(-100)
      .reverse()
      .map((entry) => {
        const row = document.createElement('tr')
        row.classList.toggle('failed', entry.outcome !== 'ok')
        const time = new Date(entry.at).toLocaleTimeString(document.documentElement.lang)
        row.append(
          ...[time, entry.call, entry.outcome, entry.personId ?? '', `${entry.method} ${entry.path}`].map(cell),
        )
        return row
      }),
  )
}

// People are drawn again only when they changed, so that a button keeps its focus.
let drawnPeople = ''

async function refresh() {
  const [people, waiting, entries, { now }] = await Promise.all(
    ['people', 'faults', 'journal', 'clock'].map((path) => call('GET', path)),
  )
  if (JSON.stringify(people) !== drawnPeople) showPeople(people)
  drawnPeople = JSON.stringify(people)
  showFaults(waiting)
  showJournal(entries)
  byId('now').textContent = new Date(now).toLocaleString(document.documentElement.lang)
}

async function act(work) {
  const problem = byId('problem')
  try {
    await work()
    await refresh()
    problem.hidden = true
  } catch (error) {
    problem.textContent = error.message
    problem.hidden = false
  }
}

for (const button of document.querySelectorAll('[data-fault]')) {
  button.addEventListener('click', () =>
    act(() => call('POST', 'faults', { call: byId('call').value, fault: JSON.parse(button.dataset.fault) })),
  )
}
for (const button of document.querySelectorAll('[data-clock]')) {
  button.addEventListener('click', () => act(() => call('POST', 'clock', { byMs: Number(button.dataset.clock) })))
}
for (const button of document.querySelectorAll('[data-post]')) {
  button.addEventListener('click', () => act(() => call('POST', button.dataset.post)))
}
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

import { byId, call, onClick, row, timeOf } from './page.js'

const SHOWN = 50

export function showEvents(events, faults, { open }) {
  byId('connections').textContent = open
  const list = byId('event-faults')
  list.textContent = faults.map((fault) => document.querySelector(`[data-event-fault=${fault}]`).textContent).join(', ')
  if (faults.length === 0) list.textContent = list.dataset.none
  byId('events').replaceChildren(
    ...events
      .slice(-SHOWN)
      .reverse()
      .map(({ bornAt, eventType, state, sendings, data }) =>
        row([timeOf(bornAt), eventType, `${state} (${sendings})`, JSON.stringify(data)]),
      ),
  )
}

for (const button of document.querySelectorAll('[data-event-fault]'))
  onClick(button, () => call('POST', 'events/faults', { fault: button.dataset.eventFault }))

// Looks departments, roles, people and groups up while one types; without it the button does the same.
const field = document.querySelector('#find')
const found = document.querySelector('#found')
const kinds = JSON.parse(field.dataset.kinds)
let timer
let asked = 0

field.addEventListener('input', () => {
  clearTimeout(timer)
  timer = setTimeout(lookUp, 250)
})

async function lookUp() {
  const text = field.value.trim()
  const number = ++asked
  const answer = text && (await fetch(`/admin/lookup?q=${encodeURIComponent(text)}`).catch(() => undefined))
  const all = answer?.ok ? await answer.json().catch(() => []) : []
  // What was asked for later counts.
  if (number === asked) show(all)
}

function show(all) {
  // What was ticked among what was found before is chosen.
  for (const box of found.querySelectorAll('li > label:first-child input:checked'))
    document.querySelector('#picked').append(box.closest('li'))
  const isPicked = ({ kind, id }) => document.querySelector(`#picked input[name="${kind}"][value="${CSS.escape(id)}"]`)
  found.replaceChildren(...all.filter((one) => !isPicked(one)).map(line))
}

function line({ kind, id, name }) {
  const item = document.createElement('li')
  item.append(box(kind, id, `${kinds[kind]} ${name ? `${name} ` : ''}${id}`, false))
  if (kind === 'department') item.append(box('below', id, field.dataset.below, true))
  return item
}

function box(name, value, text, checked) {
  const label = document.createElement('label')
  const input = Object.assign(document.createElement('input'), { type: 'checkbox', name, value, checked })
  label.className = 'check'
  label.append(input, ` ${text}`)
  return label
}

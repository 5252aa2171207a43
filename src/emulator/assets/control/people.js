import { byId, call, onClick, option, whenChanged } from './page.js'

const textFields = ['nick', 'name', 'title', 'jobNumber', 'orgEmail']

const pathOf = ({ id }) => `people/${encodeURIComponent(id)}`

function membershipName({ membership }) {
  return document.querySelector(`[data-membership-name=${membership}]`).content.textContent
}

/** Nick, and the name in the directory where that is another. */
const namesOf = ({ nick, name }) => (name === undefined || name === nick ? nick : `${nick} · ${name}`)

function placesOf(person, departments) {
  const names = person.departments.map((id) => departments.find((department) => department.id === id)?.name)
  return person.membership === 'employee' ? [person.title, ...names].filter(Boolean) : []
}

export const showPeople = whenChanged((people, departments, roles) => {
  byId('people').replaceChildren(...people.map((person) => itemOf(person, departments, roles)))
})

function itemOf(person, departments, roles) {
  const item = byId('person').content.cloneNode(true)
  const part = (selector) => item.querySelector(selector)
  part('li').dataset.membership = person.membership
  part('img').src = `/avatar/${encodeURIComponent(person.id)}.svg?${encodeURIComponent(person.nick)}`
  part('b').textContent = namesOf(person)
  part('small').textContent = [person.id, membershipName(person), ...placesOf(person, departments)].join(' · ')
  const isEmployee = person.membership === 'employee'
  part('[data-do=leave]').hidden = !isEmployee
  part('[data-do=join]').hidden = isEmployee
  onClick(part('[data-do=leave]'), () => call('PATCH', pathOf(person), { membership: 'left' }))
  onClick(part('[data-do=join]'), () => call('PATCH', pathOf(person), { membership: 'employee' }))
  part('[data-do=change]').addEventListener('click', () => ask(person, departments, roles))
  return item
}

let asked

function ask(person, departments, roles) {
  asked = person
  for (const field of textFields) byId(`change-${field}`).value = person[field] ?? ''
  for (const [field, all] of Object.entries({ departments, roles })) {
    byId(`change-${field}`).replaceChildren(...all.map(({ id, name }) => option(id, name, person[field].includes(id))))
  }
  byId('change').showModal()
}

/** What was entered: a field that is empty now is taken away. */
function changeOf() {
  const texts = textFields.map((field) => [field, byId(`change-${field}`).value.trim() || null])
  const lists = ['departments', 'roles'].map((field) => [
    field,
    [...byId(`change-${field}`).selectedOptions].map(({ value }) => Number(value)),
  ])
  const { nick, ...others } = Object.fromEntries([...texts, ...lists])
  return { ...others, nick: nick ?? asked.nick }
}

onClick(byId('change-save'), async () => {
  byId('change').close()
  await call('PATCH', pathOf(asked), changeOf())
})
byId('change-cancel').addEventListener('click', () => byId('change').close())

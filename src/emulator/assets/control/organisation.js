import { act, byId, call, onClick, whenChanged } from './page.js'

const depthOf = ({ parentId }, all) =>
  parentId === undefined
    ? 0
    : 1 +
      depthOf(
        all.find(({ id }) => id === parentId),
        all,
      )

/** The departments from the root down, each before those below it. */
function treeOf(all, parentId) {
  return all
    .filter((department) => department.parentId === parentId)
    .flatMap((department) => [department, ...treeOf(all, department.id)])
}

export const showDepartments = whenChanged((departments) => {
  byId('departments').replaceChildren(
    ...treeOf(departments, undefined).map((department) => {
      const item = byId('department').content.cloneNode(true)
      const part = (selector) => item.querySelector(selector)
      const path = `departments/${department.id}`
      part('li').className = `level-${Math.min(depthOf(department, departments), 4)}`
      part('b').textContent = department.name
      part('small').textContent = department.id
      const rename = part('[data-do=rename]')
      onClick(rename, async () => {
        const name = prompt(rename.dataset.question, department.name)
        if (name) await call('PATCH', path, { name })
      })
      part('[data-do=remove]').hidden = department.parentId === undefined
      onClick(part('[data-do=remove]'), () => call('DELETE', path))
      return item
    }),
  )
})

export const showPermissions = whenChanged((permissions) => {
  for (const box of document.querySelectorAll('[data-permission]')) box.checked = permissions[box.dataset.permission]
})

for (const box of document.querySelectorAll('[data-permission]')) {
  box.addEventListener('change', () =>
    act(() => call('PATCH', 'permissions', { [box.dataset.permission]: box.checked })),
  )
}

// What all parts of the control page use. Everything goes through the emulator's HTTP interface.
export const byId = (id) => document.getElementById(id)

export async function call(method, path, body) {
  const response = await fetch(`/_emulator/${path}`, {
    method,
    ...(method !== 'GET' && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body ?? {}) }),
  })
  const result = response.status === 204 ? undefined : await response.json()
  if (!response.ok) throw new Error(result.error)
  return result
}

export function row(texts) {
  const tr = document.createElement('tr')
  for (const text of texts) tr.insertCell().textContent = text
  return tr
}

export function option(value, text, selected = false) {
  return new Option(text, value, selected, selected)
}

export const timeOf = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang)

let refresh = async () => undefined

/** Says what draws the page again after something was done. */
export function refreshWith(work) {
  refresh = work
}

/** Does what a click asks for; a problem is shown until the next click. */
export async function act(work) {
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

export function onClick(button, work) {
  button.addEventListener('click', () => act(work))
}

/** Draws only what has changed, so that a button keeps its focus. */
export function whenChanged(draw) {
  let drawn
  return (...values) => {
    const text = JSON.stringify(values)
    if (text !== drawn) draw(...values)
    drawn = text
  }
}

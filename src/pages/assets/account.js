// Lets the account page's buttons do what they say, and shows times as the reader's own.
import './times.js'

async function send({ currentTarget: button }) {
  const { method, path } = button.dataset
  button.disabled = true
  const answer = await fetch(path, { method }).catch(() => undefined)
  // 404: that session had already ended.
  if (answer?.ok || answer?.status === 404) return location.reload()
  if (answer?.status === 401) return location.assign('/login')
  button.disabled = false
  document.querySelector('#failed').hidden = false
}

for (const button of document.querySelectorAll('button[data-path]')) button.addEventListener('click', send)

// Finds applications as one types, logs out, and shows an initial where a logo does not come.
const failed = document.querySelector('#failed')

const logOut = document.querySelector('#log-out')
if (logOut) {
  logOut.hidden = false
  logOut.addEventListener('click', async () => {
    logOut.disabled = true
    const answer = await fetch('/logout', { method: 'POST' }).catch(() => undefined)
    if (answer?.ok) return location.assign('/apps')
    logOut.disabled = false
    failed.hidden = false
  })
}

function showInitial(image) {
  const logo = image.parentElement
  logo.classList.remove('image')
  logo.ariaHidden = 'true'
  logo.textContent = logo.dataset.initial
}
for (const image of document.querySelectorAll('.logo img')) {
  if (image.complete && image.naturalWidth === 0) showInitial(image)
  else image.addEventListener('error', () => showInitial(image))
}

const folded = (text) => text.normalize('NFKC').toLowerCase()
const search = document.querySelector('#search')
const found = document.querySelector('#found')
// Where not all are on the page, the server finds them.
const whole = document.querySelector('.tiles[data-whole]')
if (search && whole) {
  const tiles = [...whole.children].map((tile) => [tile, folded(tile.querySelector('.words').innerText)])
  const show = () => {
    const words = folded(search.value).split(/\s+/).filter(Boolean)
    for (const [tile, text] of tiles) tile.hidden = !words.every((word) => text.includes(word))
    found.textContent = tiles.every(([tile]) => tile.hidden) ? found.dataset.none : ''
  }
  search.addEventListener('input', show)
  show()
}

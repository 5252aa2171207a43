// Waits beside a QR code for the phone, then goes where DingTalk would go.
const code = document.querySelector('[data-status-url]')
const endings = ['agreed', 'refused', 'expired', 'not-in-organisation']

function show(status) {
  for (const part of code.querySelectorAll('[data-when]')) part.hidden = part.dataset.when !== status
  code.classList.toggle('over', endings.includes(status))
}

async function askStatus() {
  const response = await fetch(code.dataset.statusUrl, { cache: 'no-store' })
  return response.json()
}

function goOn({ status, redirectTo, post, targetOrigin }) {
  show(status)
  if (redirectTo) location.assign(redirectTo)
  if (post) window.parent.postMessage(post, targetOrigin)
  if (!endings.includes(status)) waitOn()
}

function waitOn() {
  setTimeout(() => {
    askStatus().then(goOn, () => {
      show('lost')
      waitOn()
    })
  }, 500)
}

waitOn()

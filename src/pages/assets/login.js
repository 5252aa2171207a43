// Shows DingTalk's code in a frame, says how far it is, and goes on when the scan is done.
const code = document.querySelector('#code')
const { frameUrl, resumeUrl, title, lifeMs } = code.dataset
const dingtalk = new URL(frameUrl).origin
/** Longer than a code takes to load where DingTalk can be reached at all. */
const PATIENCE_MS = 10_000

const frame = document.createElement('iframe')
const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
frame.src = frameUrl
frame.title = title
code.append(frame)

/** Shows what belongs to a state: loading, ready, failed, refused or confirmed. */
function show(state) {
  code.dataset.state = state
  for (const part of document.querySelectorAll('[data-when]'))
    part.hidden = !part.dataset.when.split(' ').includes(state)
}

show('loading')
// A frame never says that it failed, and loads the browser's own page then: the same address is asked for beside it.
const reached = fetch(frameUrl, { method: 'HEAD', mode: 'no-cors', credentials: 'omit', cache: 'no-store' })
const slow = setTimeout(() => show('failed'), PATIENCE_MS)
void Promise.all([loaded, reached])
  .then(
    () => 'ready',
    () => 'failed',
  )
  .then((state) => {
    clearTimeout(slow)
    if (['loading', 'failed'].includes(code.dataset.state)) show(state)
  })

/**
 * Where a message of DingTalk's leads; undefined for anything else. Only the callback of this server can come of it.
 * A text is the older flow's temporary code, an object the newer flow's result.
 */
function nextAddress(message) {
  if (resumeUrl) return isCode(message) ? `${resumeUrl}&loginTmpCode=${encodeURIComponent(message)}` : undefined
  if (message?.success !== true || typeof message.redirectUrl !== 'string' || !URL.canParse(message.redirectUrl))
    return undefined
  const { origin, pathname, search } = new URL(message.redirectUrl)
  return origin === location.origin && pathname === '/callback' ? pathname + search : undefined
}

function isCode(message) {
  return typeof message === 'string' && message !== ''
}

function onMessage({ origin, source, data }) {
  // Any window may post messages here: only DingTalk's own frame is heard, and each result is used once. A scan that
  // is not confirmed yet is not among them: the frame shows that itself.
  if (origin !== dingtalk || source !== frame.contentWindow) return
  const next = nextAddress(data)
  if (next) {
    removeEventListener('message', onMessage)
    show('confirmed')
    location.assign(next)
  } else if (data?.success === false) {
    show('refused')
  }
}
addEventListener('message', onMessage)

for (const button of document.querySelectorAll('[data-reload]'))
  button.addEventListener('click', () => location.reload())

// A new attempt before this one is too old; a page that nobody looks at waits until somebody does.
setTimeout(() => {
  if (document.visibilityState === 'visible') location.reload()
  else document.addEventListener('visibilitychange', () => location.reload(), { once: true })
}, Number(lifeMs))

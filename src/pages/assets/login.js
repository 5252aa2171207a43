// Shows DingTalk's code in a frame and goes on when the scan is done.
const code = document.querySelector('#code')
const { frameUrl, resumeUrl, title, lifeMs } = code.dataset
const dingtalk = new URL(frameUrl).origin

const frame = document.createElement('iframe')
frame.src = frameUrl
frame.title = title
code.append(frame)

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
  // Any window may post messages here: only DingTalk's own frame is heard, and each result is used once.
  if (origin !== dingtalk || source !== frame.contentWindow) return
  const next = nextAddress(data)
  if (next) {
    removeEventListener('message', onMessage)
    location.assign(next)
  } else if (data?.success === false) {
    document.querySelector('#refused').hidden = false
  }
}
addEventListener('message', onMessage)

// A new attempt before this one is too old; a page that nobody looks at waits until somebody does.
setTimeout(() => {
  if (document.visibilityState === 'visible') location.reload()
  else document.addEventListener('visibilitychange', () => location.reload(), { once: true })
}, Number(lifeMs))

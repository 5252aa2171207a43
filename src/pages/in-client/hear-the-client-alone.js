// Runs before DingTalk's library, which on desktops is told of its host by the window's name, and hears that host's
// messages. Whoever opens a window can give it a name and post to it: they must not be able to stand in for the client,
// and have this page log in with a code of theirs.
const DINGTALKS = /^https:\/\/(?:[\w-]+\.)*(?:dingtalk\.com|7ding\.ai)(?::\d+)?$/

/** As the library reads it: of two names that are alike JSON keeps the last. */
function hostOf(name) {
  try {
    return JSON.parse(name.match(/{.*}/)?.[0] ?? '{}').hostOrigin
  } catch {
    return undefined
  }
}

const host = hostOf(window.name)
if (host !== undefined && !(typeof host === 'string' && DINGTALKS.test(host))) window.name = ''

// The first listener: those of the library come behind it. The client itself has no window.
addEventListener('message', (event) => {
  if (event.source && event.source !== window) event.stopImmediatePropagation()
})

// Runs before DingTalk's library, which on desktops is told of its host by the window's name, and hears that host's
// messages. Whoever opens a window can give it a name and post to it: they must not be able to stand in for the client,
// and have this page log in with a code of theirs.
const DINGTALKS = /"hostOrigin"\s*:\s*"https:\/\/(?:[\w-]+\.)*dingtalk\.(?:com|io)(?::\d+)?"/

if (window.name.includes('hostOrigin') && !DINGTALKS.test(window.name)) window.name = ''

// The first listener: those of the library come behind it. The client itself has no window.
addEventListener('message', (event) => {
  if (event.source && event.source !== window) event.stopImmediatePropagation()
})

import { loginUrl, logOut, mySessions, whoAmI } from './login.js'
import { loginServer } from './login-server.js'
import { show, showRequest } from './show.js'

// Shows each request to the login server, as the browser's own record has it.
new PerformanceObserver((list) => {
  for (const { name, responseStatus } of list.getEntries()) {
    if (name.startsWith(loginServer)) showRequest(new URL(name).pathname, responseStatus)
  }
}).observe({ type: 'resource', buffered: true })

/** The address without the username that the last login added. */
function cleanAddress() {
  const address = new URL(location.href)
  address.searchParams.delete('username')
  return address.href
}

const username = new URLSearchParams(location.search).get('username')
const me = await whoAmI()
const sessions = me ? await mySessions() : []
show({ username, me, sessions, loginUrl: loginUrl(cleanAddress()) })

document.querySelector('#log-out').addEventListener('click', async () => {
  await logOut()
  location.href = cleanAddress()
})

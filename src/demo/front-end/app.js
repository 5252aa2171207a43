import { loginUrl, logOut, mySessions, whoAmI } from './login.js'
import { openidApp } from './openid-app.js'
import { show, showRequest } from './show.js'

// Shows each request, for those who want to see what login.js does.
const plainFetch = window.fetch
window.fetch = async (address, options) => {
  const response = await plainFetch(address, options)
  showRequest(options.method, new URL(address).pathname, response.status)
  return response
}

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

document.querySelector('#openid-app').href = openidApp

document.querySelector('#log-out').addEventListener('click', async () => {
  await logOut()
  location.href = cleanAddress()
})

import { client, mySessions } from './login.js'
import { openidApp } from './openid-app.js'
import { show, showRequest } from './show.js'

// Shows each request, for those who want to see what client.js does.
const plainFetch = window.fetch
window.fetch = async (address, options) => {
  const response = await plainFetch(address, options)
  showRequest(options.method ?? 'GET', new URL(address).pathname, response.status)
  return response
}

const find = (selector) => document.querySelector(selector)
find('#openid-app').href = openidApp
find('#log-in').addEventListener('click', (event) => {
  event.preventDefault()
  client.login()
})
find('#log-out').addEventListener('click', () => client.logout())

client.onChange(async (me) => {
  show({ username: client.username, me, sessions: me ? await mySessions() : [] })
})

import { loginServer } from './login-server.js'
import { show, showRequest } from './show.js'

// --- What a front end needs: copy from here …

/** Where the login button leads. People come back to `target` with `?username=` added. */
function loginUrl(target) {
  return `${loginServer}/ding_url?redirect=${encodeURIComponent(target)}`
}

/** Asks the login server in the name of the signed-in person; `credentials` sends the session cookie along. */
async function ask(method, path) {
  const answer = await fetch(loginServer + path, { method, credentials: 'include' })
  showRequest(method, path, answer.status)
  return answer
}

/** Who is signed in, or undefined. Whatever decides anything asks this, never the address. */
async function whoAmI() {
  const answer = await ask('GET', '/me')
  return answer.ok ? answer.json() : undefined
}

// … to here.

/** The address without the username that the last login added. */
function cleanAddress() {
  const address = new URL(location.href)
  address.searchParams.delete('username')
  return address.href
}

const username = new URLSearchParams(location.search).get('username')
const me = await whoAmI()
const sessions = me ? await (await ask('GET', '/sessions')).json() : []
show({ username, me, sessions, loginUrl: loginUrl(cleanAddress()) })

document.querySelector('#log-out').addEventListener('click', async () => {
  await ask('POST', '/logout')
  location.href = cleanAddress()
})

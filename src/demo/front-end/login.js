// All that a front end needs of the login server. Copy this file, and set the address.
import { loginServer } from './login-server.js' // export const loginServer = 'https://login.example.com'

/** Where the login button leads. People come back to `target` with `?username=` added, which is for showing only. */
export function loginUrl(target) {
  return `${loginServer}/ding_url?redirect=${encodeURIComponent(target)}`
}

/** Who is signed in, or undefined. Whatever decides anything asks this, never the address. */
export async function whoAmI() {
  const response = await ask('GET', '/me')
  return response.ok ? response.json() : undefined
}

/** Where this person is signed in. */
export async function mySessions() {
  return (await ask('GET', '/sessions')).json()
}

export async function logOut() {
  await ask('POST', '/logout')
}

/** `credentials` sends the session cookie along. */
function ask(method, path) {
  return fetch(loginServer + path, { method, credentials: 'include' })
}

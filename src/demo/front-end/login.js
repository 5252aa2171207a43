// All that a front end needs of the login server. Copy this file, and set the address.
import { loginServer } from './login-server.js' // export const loginServer = 'https://login.example.com'

const { createClient } = await import(`${loginServer}/client.js`)

/** `me()`, `login()`, `logout()` and `onChange()`. Whatever decides anything asks `me()`, never the address. */
export const client = createClient()

/** Where this person is signed in. `credentials` sends the session cookie along. */
export async function mySessions() {
  return (await fetch(`${loginServer}/sessions`, { credentials: 'include' })).json()
}

import { once } from 'node:events'
import { connect } from 'node:net'

/** Sends these bytes as they are; returns all that comes back until the server closes. */
export async function rawAnswer(serverUrl: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(serverUrl)
  const socket = connect(Number(port), hostname)
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.on('error', () => {})
  socket.write(bytes)
  await once(socket, 'close')
  return text
}

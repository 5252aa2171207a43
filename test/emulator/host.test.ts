import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { startEmulator } from '../../src/emulator/emulator.js'
import { freePort } from '../support/command.js'

/** What a request with this `Host` gets; `fetch` sends no other than the address's own. */
async function getAs(host: string, url: string): Promise<{ status: number | undefined; text: string }> {
  const sent = get(url, { headers: { Host: host } })
  const [response]: IncomingMessage[] = await once(sent, 'response')
  if (!response) throw new Error('No response came')
  return { status: response.statusCode, text: await text(response) }
}

const paths = ['/_emulator', '/_emulator/people', '/avatar/lisi.svg', '/assets/control.js']

describe('a request to the emulator', () => {
  it.each([
    'evil.test',
    'evil.test:9000',
    'localhost.evil.test',
    '127.0.0.1.evil.test',
    '127.evil.test',
    'localhost@evil.test',
    'evil@localhost',
    'localhost/evil.test',
    'localhost#evil.test',
    '192.168.1.5',
    '[::2]',
    ' ',
  ])('is refused everywhere when its Host is %j', async (host) => {
    await using emulator = await startEmulator()
    for (const path of [...paths, '/gettoken', '/nothing', '/oauth2/auth', '/scan/x/status']) {
      const { status, text } = await getAs(host, emulator.url + path)
      expect({ path, status }).toEqual({ path, status: 403 })
      expect(text).toContain('EMULATOR_PUBLIC_URL')
    }
    expect(emulator.journal()).toEqual([])
  })

  it.each(['localhost', 'LOCALHOST:9000', '127.0.0.1', '127.1.2.3:80', '[::1]', '[::1]:9000'])(
    'is served when its Host is %j',
    async (host) => {
      await using emulator = await startEmulator()
      for (const path of paths) expect(await getAs(host, emulator.url + path)).toMatchObject({ status: 200 })
    },
  )

  it('is served when its Host is that of the public address, and no other', async () => {
    const port = await freePort()
    await using _emulator = await startEmulator({ port, publicUrl: 'http://192.168.1.5:9000' })
    for (const host of ['192.168.1.5:9000', '192.168.1.5', `localhost:${port}`]) {
      expect(await getAs(host, `http://127.0.0.1:${port}/_emulator`), host).toMatchObject({ status: 200 })
    }
    expect(await getAs('192.168.1.6:9000', `http://127.0.0.1:${port}/_emulator`)).toMatchObject({ status: 403 })
  })
})

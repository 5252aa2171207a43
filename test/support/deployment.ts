import { execFileSync } from 'node:child_process'
import path from 'node:path'

/** The host that the files in deploy/ name. */
export const HOST = 'login.example.com'
export const PUBLIC_URL = `https://${HOST}`

export interface Place {
  /** Where certificate and logs lie. */
  directory: string
  port: number
  plainPort: number
  /** Of the login servers: two or more. */
  servers: readonly number[]
}

export function makeCertificate(directory: string): void {
  const files = ['-keyout', path.join(directory, 'privkey.pem'), '-out', path.join(directory, 'fullchain.pem')]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const names = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`]
  execFileSync('openssl', ['req', '-x509', ...kind, ...names, ...files], { stdio: 'ignore' })
}

/** deploy/nginx.conf with the addresses of a test; everything else stays as it is. */
export function placeNginx(config: string, { directory, port, plainPort, servers }: Place): string {
  const [first, ...others] = servers.map((server) => `server 127.0.0.1:${server} fail_timeout=1s;`)
  return replace(
    config,
    ['listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`],
    ['listen 80;', `listen 127.0.0.1:${plainPort};`],
    ['server 127.0.0.1:8000 fail_timeout=1s;', first ?? ''],
    ['server 127.0.0.1:8001 fail_timeout=1s;', others.join('\n    ')],
    ['/etc/ssl/login.example.com/fullchain.pem', path.join(directory, 'fullchain.pem')],
    ['/etc/ssl/login.example.com/privkey.pem', path.join(directory, 'privkey.pem')],
    ['/var/log/nginx/', `${directory}/`],
  )
}

/** Replaces what must be there: a text that has gone would leave the test without its place. */
export function replace(text: string, ...pairs: [from: string | RegExp, to: string][]): string {
  let result = text
  for (const [from, to] of pairs) {
    if (result.search(typeof from === 'string' ? RegExp(from.replace(/[{}$.[\]]/g, '\\$&')) : from) < 0)
      throw new Error(`the configuration does not hold ${from}`)
    result = typeof from === 'string' ? result.replaceAll(from, () => to) : result.replace(from, () => to)
  }
  return result
}

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createSecureContext, TLSSocket } from 'node:tls'

/** Asks for TLS: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

export type Certificate = 'good' | 'self-signed' | 'expired' | 'of another name'

/** Certificates for tests, made by openssl. */
export class Certificates implements Disposable {
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
  /** The file of the authority's own certificate. */
  readonly authority = path.join(this.#directory, 'authority.crt')

  constructor() {
    this.#openssl('req -x509 -days 2 -subj /CN=authority', 'authority')
    this.#openssl('req -x509 -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost', 'self-signed')
    const signed = `-CA authority.crt -CAkey authority.key`
    this.#openssl(`req -x509 ${signed} -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost`, 'good')
    this.#openssl(
      `req -x509 ${signed} -days 2 -subj /CN=other -addext subjectAltName=DNS:other.test`,
      'of another name',
    )
    this.#openssl(`req -new -subj /CN=localhost`, 'request')
    const args = `x509 -req -in request.crt ${signed} -days -1 -out`.split(' ')
    execFileSync('openssl', [...args, 'expired.crt'], { cwd: this.#directory, stdio: 'ignore' })
  }

  contextOf(certificate: Certificate) {
    const key = certificate === 'expired' ? 'request' : certificate
    return createSecureContext({ cert: this.#read(`${certificate}.crt`), key: this.#read(`${key}.key`) })
  }

  #openssl(command: string, name: string): void {
    const files = ['-keyout', `${name}.key`, '-out', `${name}.crt`]
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    execFileSync('openssl', [...command.split(' '), ...kind, ...files], { cwd: this.#directory, stdio: 'ignore' })
  }

  #read(file: string): Buffer {
    return readFileSync(path.join(this.#directory, file))
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true })
  }
}

/** Speaks TLS before a database server, or says that it does not. */
export class TlsFront implements AsyncDisposable {
  /** The database's address, by this front. */
  readonly url: string
  /** How many clients have spoken TLS so far. */
  encrypted = 0
  /** `none`: it speaks no TLS. */
  certificate: Certificate | 'none'
  readonly #certificates: Certificates
  readonly #server: Server
  readonly #target: URL
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server, target: URL, certificates: Certificates, certificate: Certificate | 'none') {
    this.#server = server
    this.#target = target
    this.#certificates = certificates
    this.certificate = certificate
    const url = new URL(target)
    url.host = `localhost:${(server.address() as AddressInfo).port}`
    this.url = url.href
    server.on('connection', (socket) => {
      this.#keep(socket)
      socket.once('data', (first) => this.#greet(socket, first))
    })
  }

  static async before(
    databaseUrl: string,
    certificates: Certificates,
    certificate: Certificate | 'none',
  ): Promise<TlsFront> {
    const server = createServer().listen(0, 'localhost')
    await once(server, 'listening')
    return new TlsFront(server, new URL(databaseUrl), certificates, certificate)
  }

  /** Every connection breaks. */
  breakAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #greet(socket: Socket, first: Buffer): void {
    if (!first.equals(SSL_REQUEST)) this.#join(socket, first)
    else if (this.certificate === 'none') {
      socket.write('N')
      socket.once('data', (next) => this.#join(socket, next))
    } else {
      socket.write('S')
      const secureContext = this.#certificates.contextOf(this.certificate)
      const secure = new TLSSocket(socket, { isServer: true, secureContext })
      this.#keep(secure)
      secure.once('data', (next) => {
        this.encrypted++
        this.#join(secure, next)
      })
    }
  }

  #join(socket: Socket, first: Buffer): void {
    const target = connect(Number(this.#target.port || 5432), this.#target.hostname)
    this.#keep(target)
    target.write(first)
    target.pipe(socket)
    socket.pipe(target)
    socket.on('close', () => target.destroy())
    target.on('close', () => socket.destroy())
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.breakAll()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

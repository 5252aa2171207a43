import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Where to listen: port 0 is any that is free, an empty host is every address of this machine. */
export interface ListenAddress {
  port: number
  host: string
}

/**
 * Listens, and returns the port.
 * @throws the system's error where that cannot be: `listenFailure` puts it into words
 */
export async function listen(server: Server, { port, host }: ListenAddress): Promise<number> {
  server.listen({ port, host })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Stops listening, and drops the connections that are open. */
export async function closeAtOnce(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

/** Whether somebody else listens on the port already. */
export function isPortTaken(error: unknown): error is Error & { port: number } {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error
}

/**
 * Why nothing can listen there, in words for the operator; undefined for any other error.
 * It names the settings that can be wrong: without `hostSetting`, the port's alone.
 */
export function listenFailure(error: unknown, portSetting: string, hostSetting?: string): string | undefined {
  if (isPortTaken(error)) return `${portSetting}: port ${error.port} is taken`
  if (!(error instanceof Error && 'syscall' in error)) return undefined
  if (error.syscall !== 'listen' && error.syscall !== 'getaddrinfo') return undefined
  const settings = hostSetting === undefined ? portSetting : `${hostSetting} or ${portSetting}`
  return `${settings}: ${error.message}`
}

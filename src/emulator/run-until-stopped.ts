import { paint } from '../cli/style.js'

/**
 * Runs a program whose `main` ends when Ctrl-C or SIGTERM aborts its signal.
 * An error is printed as its message and makes the exit code 1.
 */
export function runUntilStopped(main: (stop: AbortSignal) => Promise<void>): void {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  main(stop.signal).catch((error: unknown) => {
    process.exitCode = 1
    console.error(error instanceof Error ? paint('fault', error.message, process.stderr) : error)
  })
}

/**
 * Runs a program of its own until Ctrl-C or SIGTERM, which `main` is told by its signal.
 * What it throws ends the process with one line and exit code 1.
 */
export function runUntilStopped(main: (stop: AbortSignal) => Promise<void>): void {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  main(stop.signal).catch((error: unknown) => {
    process.exitCode = 1
    console.error(error instanceof Error ? error.message : error)
  })
}

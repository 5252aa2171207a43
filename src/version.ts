import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** Reached from `src` and from `dist` alike. */
const PACKAGE = new URL('../package.json', import.meta.url)

/** This server's version, as its package says. */
export function ownVersion(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(PACKAGE, 'utf8'))).version
}

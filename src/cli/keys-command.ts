import type { Command } from 'commander'
import { addExamples } from './help.js'

interface Options {
  json?: boolean
  now?: boolean
}

/** `keys`: what ID tokens are signed with. */
export function addKeysCommand(program: Command): void {
  const keys = program.command('keys').description('the keys that ID tokens are signed with: list, rotate')
  addExamples(keys, ['keys list', 'keys rotate --now'])
  keys
    .command('list')
    .description('all keys, and from when they sign')
    .option('--json', 'print for programs')
    .action(async ({ json = false }: Options) => (await import('./keys.js')).listKeys(json))
  keys
    .command('rotate')
    .description('make the next key, which signs in a day; it happens by itself every 90 days')
    .option('--now', 'after a leak: it signs at once, and no other key is trusted any more')
    .option('--json', 'print for programs')
    .action(async ({ json = false, now = false }: Options) => (await import('./keys.js')).rotateKeys({ now, json }))
}

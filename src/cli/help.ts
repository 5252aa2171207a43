import type { Command } from 'commander'
import { paint } from './style.js'

/** Adds examples to a command's help: what follows `dingtalk-login`. */
export function addExamples(command: Command, examples: string[]): Command {
  return command.addHelpText('after', ({ error }) => {
    if (error) return ''
    const lines = examples.map((words) => `  dingtalk-login ${words}`)
    return ['', paint('heading', 'Examples:'), ...lines].join('\n')
  })
}

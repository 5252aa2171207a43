import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createProgram } from '../../src/cli/program.js'

/** The project's folder. */
export const PROJECT = fileURLToPath(new URL('../../', import.meta.url))
/** A file of the project. */
export const read = (file: string) => readFileSync(path.join(PROJECT, file), 'utf8')
/** The Markdown files below a folder of the project. */
export const markdownIn = (folder: string) =>
  readdirSync(path.join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.posix.join(folder, file))
    .sort()

/** A document without its blocks of code. */
export const outsideOfCode = (text: string) => text.replace(/^ *```.*?^ *```/gms, '')

/** The rows of the table below this heading: cells of each. */
export function tableBelow(file: string, heading: string): string[][] {
  const section = read(file).split(`\n${heading}\n`)[1]?.split('\n#')[0] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('| '))
  return rows.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** What a text writes as code. */
export function codeWords(cell: string | undefined): string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')
}

/** Whether the first of these words name a command of `dingtalk-login`; what follows are its arguments. */
export function isCommand([first, second]: string[]): boolean {
  const command = createProgram().commands.find((known) => known.name() === first)
  const isLeaf = command?.commands.length === 0
  return isLeaf || command?.commands.some((known) => known.name() === second) === true
}

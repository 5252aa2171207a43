import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { operations } from '../src/api/operations.js'
import { settingNames } from '../src/config/config.js'
import { errorTable } from '../src/errors.js'

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
const README = read('README.md')

/** The rows of the table below this heading: cells of each. */
function tableBelow(heading: string): string[][] {
  const section = README.split(`\n${heading}\n`)[1]?.split('\n#')[0] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('| '))
  return rows.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

function codeWords(cell: string | undefined): string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')
}

describe('the README', () => {
  it('explains exactly the settings that there are', () => {
    const explained = tableBelow('### Settings').flatMap(([names]) => codeWords(names))
    expect(explained.sort()).toEqual([...settingNames].sort())
  })

  it('explains exactly the routes that there are, but for the files of the pages', () => {
    const explained = tableBelow('### Routes').flatMap(([names]) => codeWords(names).map((name) => name.split('?')[0]))
    const existing = Object.entries(operations)
      .filter(([path]) => !path.startsWith('/assets/'))
      .flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => (method === 'ANY' ? path : `${method} ${path}`)),
      )
    expect(explained.sort()).toEqual(existing.sort())
  })

  it('explains exactly the errors that there are, with their statuses', () => {
    const explained = tableBelow('### Errors').flatMap(([codes, statuses]) => {
      const numbers = (statuses ?? '').split('·').map(Number)
      return codeWords(codes).map((code, index) => [code, numbers[index]])
    })
    const existing = Object.entries(errorTable).map(([code, { status }]) => [code, status])
    expect(explained.sort()).toEqual(existing.sort())
  })

  it('names only commands that there are', () => {
    const scripts: unknown = JSON.parse(read('package.json')).scripts
    const named = [...README.matchAll(/npm run (?:--silent )?([a-z-]+)/g)].map((match) => match[1])
    expect(named.length).toBeGreaterThan(5)
    for (const name of named) expect(scripts).toHaveProperty(name ?? '')
  })

  it('points only to files that there are', () => {
    for (const [, file] of README.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)) {
      expect(() => read(file?.replace(/\/?$/, '') ?? '')).not.toThrow(/ENOENT/)
    }
  })
})

describe('the Chinese README', () => {
  const CHINESE = read('README.zh-CN.md')
  const outsideOfCode = (text: string) => text.replace(/^```.*?^```/gms, '')
  const headingLevels = (text: string) => outsideOfCode(text).match(/^#+(?= )/gm)
  /** Of each table: the code words of each row's first cell. */
  const tables = (text: string) =>
    outsideOfCode(text)
      .split('\n')
      .map((line) => (line.startsWith('| ') && !line.startsWith('| -') ? codeWords(line.split('|')[1]) : undefined))
  const blocks = (text: string) =>
    [...text.matchAll(/^```(\w*)\n(.*?)^```/gms)].map(([, language, code]) => [
      language,
      // Comments and the picture may speak Chinese.
      language === '' ? '' : code?.replace(/ *#.*$/gm, ''),
    ])

  it('has the same headings, tables and commands', () => {
    expect(headingLevels(CHINESE)).toEqual(headingLevels(README))
    const rows = (text: string) => tables(text).filter((words) => words !== undefined)
    expect(rows(CHINESE)).toEqual(rows(README))
    expect(blocks(CHINESE)).toEqual(blocks(README))
  })
})

describe('.env.example', () => {
  it('explains exactly the settings that there are', () => {
    const lines = read('.env.example').split('\n')
    const set = lines.filter((line) => /^[A-Z_]+=/.test(line)).map((line) => line.split('=')[0])
    expect(set.sort()).toEqual([...settingNames].sort())
  })
})

describe('SECURITY.md', () => {
  it('names a test that there is for every line', () => {
    const rows = read('SECURITY.md')
      .split('\n')
      .filter((line) => line.startsWith('| **'))
    expect(rows.length).toBeGreaterThan(12)
    for (const row of rows) {
      const tests = row.split('|')[3] ?? ''
      let file = ''
      let named = 0
      for (const [, nextFile, title] of tests.matchAll(/`([\w-]+\.test\.ts)`|"([^"]+)"/g)) {
        if (nextFile) file = read(`test/${nextFile}`)
        else if (title) {
          // As a whole string of the file, which is the title of a test or of a group.
          const quoted = ["'", '"', '`'].filter((quote) => file.includes(quote + title + quote))
          expect(quoted, title).not.toEqual([])
          named += 1
        }
      }
      expect(named).toBeGreaterThan(0)
    }
  })
})

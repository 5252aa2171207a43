import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { operations } from '../src/api/operations.js'
import { settingNames } from '../src/config/config.js'
import { errorTable } from '../src/errors.js'
import { codeWords, isCommand, markdownIn, outsideOfCode, PROJECT, read, tableBelow } from './support/documents.js'

const README = 'README.md'
const CHINESE_README = 'README.zh-CN.md'
const decisionRecords = markdownIn('docs/decisions').filter((file) => !file.endsWith('/README.md'))
const documents = [
  README,
  CHINESE_README,
  'CHANGELOG.md',
  'SECURITY.md',
  ...markdownIn('docs'),
  ...markdownIn('examples'),
]
/** Each Chinese document, after its English original. */
const translations: [string, string][] = [
  [README, CHINESE_README],
  ['examples/README.md', 'examples/README.zh-CN.md'],
  ...markdownIn('docs/zh').map((file): [string, string] => [file.replace('docs/zh/', 'docs/'), file]),
]

const isChinese = (file: string) => translations.some(([, chinese]) => chinese === file)

/** Where a document's links lead within the project: the file, and the heading if one is named. */
function linksOf(document: string) {
  const links = [...outsideOfCode(read(document)).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)]
  return links.map(([, target = '', heading]) => ({
    file: target ? path.posix.join(path.posix.dirname(document), target).replace(/\/$/, '') : document,
    heading,
  }))
}

/** The headings of a document, as links name them. */
function anchorsOf(document: string): string[] {
  const headings = outsideOfCode(read(document)).match(/(?<=^#+ ).*$/gm) ?? []
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe('docs/settings.md', () => {
  it('explains exactly the settings that there are', () => {
    const explained = tableBelow('docs/settings.md', '# Settings').flatMap(([names]) => codeWords(names))
    expect(explained.sort()).toEqual([...settingNames].sort())
  })
})

describe('docs/api.md', () => {
  it('explains exactly the routes that there are, but for the files of the pages', () => {
    const explained = tableBelow('docs/api.md', '## Routes').flatMap(([names]) =>
      codeWords(names).map((name) => name.split('?')[0]),
    )
    const existing = Object.entries(operations)
      .filter(([path]) => !path.startsWith('/assets/'))
      .flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => (method === 'ANY' ? path : `${method} ${path}`)),
      )
    expect(explained.sort()).toEqual(existing.sort())
  })

  it('explains exactly the errors that there are, with their statuses', () => {
    const explained = tableBelow('docs/api.md', '## Errors').flatMap(([codes, statuses]) => {
      const numbers = (statuses ?? '').split('·').map(Number)
      return codeWords(codes).map((code, index) => [code, numbers[index]])
    })
    const existing = Object.entries(errorTable).map(([code, { status }]) => [code, status])
    expect(explained.sort()).toEqual(existing.sort())
  })
})

describe('the READMEs', () => {
  it('are short: a thousand words in English, and as much in Chinese', () => {
    expect(read(README).trim().split(/\s+/).length).toBeLessThanOrEqual(1000)
    const charactersAndWords = read(CHINESE_README).match(/\p{Script=Han}|[\w./:?=-]+/gu) ?? []
    expect(charactersAndWords.length).toBeLessThanOrEqual(2000)
  })

  it('name only settings that there are', () => {
    const named = [README, CHINESE_README].flatMap((file) => codeWords(outsideOfCode(read(file))))
    const settings = named.filter((word) => /^[A-Z]+(_[A-Z]+)+$/.test(word))
    expect(settings.length).toBeGreaterThan(10)
    const ofOtherPrograms = ['EMULATOR_PORT', 'FRONTEND_PORT', 'OPENID_APP_PORT']
    for (const name of settings) expect([...settingNames, ...ofOtherPrograms]).toContain(name)
  })
})

describe.each(documents)('%s', (document) => {
  it('names only commands that there are', () => {
    const scripts: unknown = JSON.parse(read('package.json')).scripts
    for (const [, name] of read(document).matchAll(/npm run (?:--silent )?([a-z-]+)/g))
      expect(scripts).toHaveProperty(name ?? '')
    for (const [, words = ''] of read(document).matchAll(
      /(?:dist\/cli\/main\.js|npx dingtalk-login|^ *dingtalk-login) ([a-z][a-z -]*[a-z])/gm,
    ))
      expect(isCommand(words.split(' ')), words).toBe(true)
  })

  it('points only to files and headings that there are', () => {
    for (const { file, heading } of linksOf(document)) {
      expect(existsSync(path.join(PROJECT, file)), file).toBe(true)
      if (heading) expect(anchorsOf(file)).toContain(decodeURIComponent(heading))
    }
  })
})

describe.each([
  [README, documents.filter((file) => !isChinese(file))],
  [CHINESE_README, documents.filter((file) => file !== CHINESE_README && isChinese(file))],
])('whoever begins with %s', (readme, ofThisLanguage) => {
  it('finds every document of that language, by way of documents of that language', () => {
    const found = new Set([readme])
    for (const document of found)
      for (const { file } of linksOf(document))
        if (ofThisLanguage.includes(file) || file === 'docs/decisions/README.md') found.add(file)
    expect(ofThisLanguage.filter((file) => !found.has(file))).toEqual([])
  })
})

describe.each(translations)('%s and %s', (english, chinese) => {
  const headingLevels = (text: string) => outsideOfCode(text).match(/^#+(?= )/gm)
  /** Of each row of a table: the code words of its first cell. */
  const rows = (text: string) =>
    outsideOfCode(text)
      .split('\n')
      .filter((line) => line.startsWith('| ') && !line.startsWith('| -'))
      .map((line) => codeWords(line.split('|')[1]))
  const blocks = (text: string) =>
    [...text.matchAll(/^ *```([\w -]*)\n(.*?)^ *```/gms)].map(([, language, code]) => [
      language,
      // Comments and the picture may speak Chinese.
      language === '' ? '' : code?.replace(/ *#.*$/gm, ''),
    ])

  it('have the same headings, tables and commands', () => {
    expect(headingLevels(read(chinese))).toEqual(headingLevels(read(english)))
    expect(rows(read(chinese))).toEqual(rows(read(english)))
    expect(blocks(read(chinese))).toEqual(blocks(read(english)))
  })

  it('point to each other', () => {
    expect(linksOf(english)).toContainEqual({ file: chinese, heading: undefined })
    expect(linksOf(chinese)).toContainEqual({ file: english, heading: undefined })
  })
})

describe('docs/decisions', () => {
  const PARTS = ['Context', 'Decision', 'Cost', 'What would change our mind']

  it.each(decisionRecords)('%s has its four parts, in at most 15 lines', (file) => {
    const text = read(file)
    expect([...text.matchAll(/^\*\*(.+?)\.\*\* \S/gm)].map(([, part]) => part)).toEqual(PARTS)
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(15)
  })

  it('are numbered without gaps', () => {
    const numbers = decisionRecords.map((file) => Number(path.basename(file).slice(0, 4)))
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  })

  it('are listed one line each, and nothing else is', () => {
    const lines = read('docs/decisions/README.md').matchAll(/^- \[.+\]\((.+)\): \S/gm)
    expect([...lines].map(([, file]) => `docs/decisions/${file}`)).toEqual(decisionRecords)
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
      for (const [, nextFile, title] of tests.matchAll(/`([\w/-]+\.test\.ts)`|"([^"]+)"/g)) {
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

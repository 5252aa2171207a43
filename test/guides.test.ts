import { readdirSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { isAway } from '../src/adapters/database/failures.js'
import { apiVerdict, oapiErrors } from '../src/adapters/dingtalk/error-table.js'
import { operations } from '../src/api/operations.js'
import { createProgram } from '../src/cli/program.js'
import { settingNames } from '../src/config/config.js'
import { errorTable } from '../src/errors.js'
import { texts } from '../src/pages/texts.js'
import { codeWords, markdownIn, PROJECT, read } from './support/documents.js'

const guides = [...markdownIn('docs/guides'), ...markdownIn('docs/zh/guides')]
const errorGuides = [
  { file: 'docs/guides/errors.md', language: 'en' },
  { file: 'docs/zh/guides/errors.md', language: 'zh' },
] as const

/** What is no setting of ours, and written like one. */
const ofOtherPrograms = [
  'REMOTE_USER',
  'LOGIN_HOST',
  'POSTGRES_PASSWORD',
  'EMULATOR_PORT',
  'FRONTEND_PORT',
  'OPENID_APP_PORT',
  'LOGIN_SERVER',
  'VITE_LOGIN_SERVER',
  'FRONT_END',
]

/** The command that these words name, and how its options are written. */
function optionsOf(words: string[]): string[] {
  let command: Command = createProgram()
  for (const word of words) command = command.commands.find((known) => known.name() === word) ?? command
  return command.options.flatMap(({ long }) => long ?? [])
}

/** Each table of a text: its rows, as the cells of each. */
function tablesOf(text: string): string[][][] {
  return text
    .split(/\n(?!\| )/)
    .map((part) => part.split('\n').filter((line) => line.startsWith('| ')))
    .filter((lines) => lines.length > 2)
    .map((lines) => lines.slice(2).map((line) => line.split('|').slice(1, -1)))
}

describe.each(guides)('%s', (guide) => {
  const text = read(guide)

  it('names only settings that there are', () => {
    const named = text.match(/(?<![\w/@.-])[A-Z]+(_[A-Z]+)+(?![\w.-])/g) ?? []
    const known = [...settingNames, ...ofOtherPrograms]
    expect(named.filter((name) => !known.includes(name) && !isAway(name))).toEqual([])
  })

  it('names only options that its commands have', () => {
    for (const [line, words = ''] of text.matchAll(/(?:npx |^ *)dingtalk-login ([a-z][a-z -]*).*/gm)) {
      const known = optionsOf(words.split(' '))
      const ofThisCommand = line.split(/`|&&|\|/)[0] ?? ''
      for (const [option] of ofThisCommand.matchAll(/(?<= )--[a-z-]+/g)) expect(known, line).toContain(option)
    }
  })

  it('names only routes that there are, where it names the server', () => {
    const named = text.matchAll(/(?:localhost:8000|login\.example\.com|PUBLIC_URL)(\/[a-z_/-]+(?:\.js)?)/g)
    const known = Object.keys(operations).map((route) => route.replace(/\/:.*/, ''))
    const ofTheConsole = /^\/admin(\/|$)/
    for (const [, route = ''] of named) if (!ofTheConsole.test(route)) expect(known).toContain(route)
  })
})

describe('docs/guides/protect-a-tool.md', () => {
  const text = read('docs/guides/protect-a-tool.md')
  const blockOf = (language: string) => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(text)?.[1] ?? ''

  it('has Traefik ask the same and hand on the same as Caddy', () => {
    const { http } = parse(blockOf('yaml'))
    const { tool } = http.routers
    expect(Object.keys(http.services)).toEqual([tool.service])
    expect(tool.middlewares).toEqual(Object.keys(http.middlewares))
    const { address, authResponseHeaders } = http.middlewares.login.forwardAuth
    const caddy = blockOf('caddyfile')
    const [, host = '', uri = ''] = /forward_auth (\S+) \{\s+uri (\S+)/.exec(caddy) ?? []
    expect(address).toBe(`http://${host}${uri}`)
    expect(authResponseHeaders).toEqual(/copy_headers (.+)/.exec(caddy)?.[1]?.split(' '))
    const [server] = http.services.tool.loadBalancer.servers
    expect(caddy).toContain(`reverse_proxy ${new URL(server.url).host}\n`)
  })
})

describe.each(errorGuides)('$file', ({ file, language }) => {
  const text = read(file)
  const [ofErrors = '', ofDingTalk = '', ofStart = '', ofDatabase = '', ofLog = '', ofCommands = ''] = text
    .split(/^## /m)
    .slice(2)

  it('has a section for each error, with what its page says', () => {
    const sections = new Map(
      ofErrors
        .split(/^### /m)
        .slice(1)
        .map((section): [string, string] => [codeWords(section)[0] ?? '', section]),
    )
    expect([...sections.keys()].sort()).toEqual(Object.keys(errorTable).sort())
    for (const [code, section] of sections) {
      const { title } = texts[language].error.codes[code as keyof typeof errorTable]
      expect(section, code).toContain(language === 'en' ? `*${title}*` : `“${title}”`)
      expect(section.match(/^- \*\*/gm), code).toHaveLength(3)
    }
  })

  it('says of each of DingTalk’s codes what becomes of it here', () => {
    const [ofOapi = [], ofApi = []] = tablesOf(ofDingTalk)
    const said = ofOapi.flatMap(([codes, ours]) => codeWords(codes).map((code) => [Number(code), codeWords(ours)[0]]))
    expect(new Map(said as [number, string][])).toEqual(
      new Map([...oapiErrors].map(([code, { code: ours }]) => [code, ours])),
    )
    for (const [codes, ours] of ofApi)
      for (const code of codeWords(codes)) expect(apiVerdict(code)?.code, code).toBe(codeWords(ours)[0])
    expect(ofApi.length).toBeGreaterThan(5)
  })

  it('knows the codes of a database that is away', () => {
    const codes = tablesOf(ofDatabase)
      .flat()
      .flatMap(([cell]) => codeWords(cell))
    expect(codes.length).toBeGreaterThan(15)
    expect(codes.filter((code) => !isAway(code))).toEqual([])
  })

  it('quotes what the program says', () => {
    const source = readdirSync(path.join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(path.join('src', name)))
      .join('\n')
      // Texts that are written over several lines.
      .replace(/['`] \+\n\s*['`]/g, '')
    const quoted = [ofStart, ofLog, ofCommands]
      .flatMap(tablesOf)
      .flat()
      .flatMap(([cell]) => codeWords(cell))
    expect(quoted.length).toBeGreaterThan(40)
    expect(quoted.filter((words) => !source.includes(words))).toEqual([])
  })
})

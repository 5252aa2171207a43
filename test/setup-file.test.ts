import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseEnvFile } from '../src/config/env-file.js'
import { OperatorError } from '../src/errors.js'
import { confirmFile, textOf } from '../src/setup/draft.js'
import { assignment, envText } from '../src/setup/env-text.js'
import { writeEnvFile } from '../src/setup/env-writer.js'
import { wrapText } from '../src/setup/wrap-text.js'

const read = (text: string) => parseEnvFile('.env', text)

describe('a line of an env file', () => {
  it.each([
    'plain-value.of:letters/and,marks',
    'a#b',
    ' a # b ',
    "it's",
    'say "hi"',
    `it's "both"`,
    'ends with \\',
    'C:\\new\\return',
    '$HOME and $' + '{HOME}',
    '`backticks`',
    '钉钉 登录',
    'a=b',
    '#',
  ])('gives back %j', (value) => {
    const { values, cutAtHash } = read(`${assignment('NAME', value)}\nNEXT=1\n`)
    expect(values).toEqual({ NAME: value, NEXT: '1' })
    expect(cutAtHash).toEqual([])
  })

  it('gives back whatever it takes, and says what it does not take', () => {
    const parts = fc.constantFrom('a', ' ', '#', "'", '"', '`', '\\', 'n', '$', '=', '钉', '\n', '\r', '\u2028')
    fc.assert(
      fc.property(fc.array(parts, { minLength: 1, maxLength: 12 }), (characters) => {
        const value = characters.join('')
        try {
          expect(read(assignment('NAME', value)).values).toEqual({ NAME: value })
          expect(value).not.toMatch(/[\n\r]/)
        } catch (error) {
          if (!(error instanceof OperatorError)) throw error
          expect(error.message).toMatch(/^NAME holds (a line break|every kind of quotes)\.$/)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('never tells a value that it refuses', () => {
    expect(() => assignment('SECRET', 'first\nsecond')).toThrow(/^SECRET holds a line break\.$/)
    expect(() => assignment('SECRET', `'"\`secret`)).toThrow(/^SECRET holds every kind of quotes\.$/)
  })

  it('stands under its heading', () => {
    expect(
      envText([
        { heading: 'One', settings: { A: 'x' } },
        { heading: 'None', settings: {} },
        { heading: 'Two', settings: { B: 'y z' } },
      ]),
    ).toBe("# One\nA=x\n\n# Two\nB='y z'\n")
  })
})

describe('the env file', () => {
  let directory: string
  let target: string
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    target = path.join(directory, '.env')
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  const write = (text: string, replaces?: string, confirm: (path: string) => void = () => {}) =>
    writeEnvFile({ path: target, text, replaces, confirm })
  const mode = (file: string) => statSync(file).mode & 0o777

  it('is its owner’s alone from the first byte on, and there all at once', () => {
    let seen: number | undefined
    write('A=1\n', undefined, (written) => {
      seen = mode(written)
      expect(path.dirname(written)).toBe(directory)
      expect(existsSync(target)).toBe(false)
    })
    expect(seen).toBe(0o600)
    expect(mode(target)).toBe(0o600)
    expect(readdirSync(directory)).toEqual(['.env'])
  })

  it('leaves all as it was where what was written does not do', () => {
    writeFileSync(target, 'A=0\n')
    const refuse = () => {
      throw new OperatorError('no')
    }
    expect(() => write('A=1\n', 'A=0\n', refuse)).toThrow('no')
    expect(readFileSync(target, 'utf8')).toBe('A=0\n')
    expect(readdirSync(directory)).toEqual(['.env'])
  })

  it('takes the place of what was agreed to, of which a copy stays that nobody else reads', () => {
    writeFileSync(target, 'A=0\n')
    chmodSync(target, 0o644)
    expect(write('A=1\n', 'A=0\n')).toBe(`${target}.before-setup`)
    expect(readFileSync(target, 'utf8')).toBe('A=1\n')
    expect(readFileSync(`${target}.before-setup`, 'utf8')).toBe('A=0\n')
    expect([mode(target), mode(`${target}.before-setup`)]).toEqual([0o600, 0o600])
    expect(write('A=2\n', 'A=1\n')).toBe(`${target}.before-setup-2`)
    expect(readFileSync(`${target}.before-setup`, 'utf8')).toBe('A=0\n')
  })

  it('takes no other file’s place: one that has appeared, or was changed', () => {
    const appear = () => writeFileSync(target, 'B=1\n')
    expect(() => write('A=1\n', undefined, appear)).toThrow('has appeared meanwhile')
    expect(() => write('A=1\n', 'A=0\n')).toThrow('was changed meanwhile')
    expect(readFileSync(target, 'utf8')).toBe('B=1\n')
    expect(readdirSync(directory)).toEqual(['.env'])
  })

  it('is read back as the server will, and counts only where it says just what it was to say', () => {
    const settings = {
      ...{ DINGTALK_APP_ID: 'dingabc', DINGTALK_APP_SECRET: 'the#secret' },
      SESSION_SECRETS: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
    }
    const draft = { settings, kept: { BRAND_NAME: 'A # b' } }
    const good = textOf(draft, 'en')
    writeFileSync(target, good)
    confirmFile(target, draft)
    for (const other of [good.replace("'A # b'", 'A # b'), `${good}MORE=1\n`, good.replace(/BRAND.*/, '')]) {
      writeFileSync(target, other)
      expect(() => confirmFile(target, draft)).toThrow('does not hold what was written')
    }
    writeFileSync(target, good.replace(/SESSION.*/, ''))
    expect(() => confirmFile(target, draft)).toThrow('SESSION_SECRETS: is missing')
  })

  it('follows no link, and replaces no folder', () => {
    const other = path.join(directory, 'other')
    writeFileSync(other, 'X=1\n')
    symlinkSync(other, target)
    expect(() => write('A=1\n', 'X=1\n')).toThrow('is a symbolic link')
    expect(() => write('A=1\n')).toThrow('is a symbolic link')
    expect(readFileSync(other, 'utf8')).toBe('X=1\n')
    rmSync(target)
    symlinkSync(path.join(directory, 'nothing'), target)
    expect(() => write('A=1\n')).toThrow('is a symbolic link')
    expect(existsSync(path.join(directory, 'nothing'))).toBe(false)
    rmSync(target)
    mkdirSync(target)
    expect(() => write('A=1\n')).toThrow('is no file')
  })

  it('has its copy beside a link that somebody has laid there', () => {
    writeFileSync(target, 'A=0\n')
    symlinkSync(path.join(directory, 'elsewhere'), `${target}.before-setup`)
    expect(write('A=1\n', 'A=0\n')).toBe(`${target}.before-setup-2`)
    expect(existsSync(path.join(directory, 'elsewhere'))).toBe(false)
  })
})

describe('a text on a terminal', () => {
  it('is broken where a Chinese reader would, by the columns that it takes', () => {
    expect(wrapText('一二三四，五六。', 8)).toEqual(['一二三', '四，五', '六。'])
    expect(wrapText('one two three', 8)).toEqual(['one two', 'three'])
    expect(wrapText('  npm start', 8)).toEqual(['  npm', 'start'])
    expect(wrapText('https://example.com/a 好', 8)).toEqual(['https://example.com/a', '好'])
    expect(wrapText('', 8)).toEqual([''])
  })
})

describe('what setup leaves beside .env', () => {
  it('is kept out of the repository, as .env is', () => {
    const ignored = readFileSync('.gitignore', 'utf8').split('\n')
    expect(ignored).toEqual(expect.arrayContaining(['.env*', '!.env.example']))
  })
})

import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Cell, factTable, GrowingTable, table } from '../src/cli/table.js'

const HEAD = ['NAME', 'WHO', 'STATE']
const ROWS: Cell[][] = [
  ['engineers', 'department 1001 研发部 and below, role 2001', 'enabled'],
  ['张三', 'userid 0123', { text: 'disabled', meaning: 'warning' }],
]

beforeEach(() => vi.stubEnv('FORCE_COLOR', '0'))
afterEach(() => vi.unstubAllEnvs())

describe('a table', () => {
  it('has columns as wide as their widest cell, where Chinese takes two places', () => {
    expect(table(HEAD, ROWS)).toBe(
      [
        'NAME       WHO                                          STATE',
        'engineers  department 1001 研发部 and below, role 2001  enabled',
        '张三       userid 0123                                  disabled',
      ].join('\n'),
    )
  })

  it('goes on in a further line where the terminal is too narrow, and cuts no word', () => {
    expect(table(HEAD, ROWS, 40)).toBe(
      [
        'NAME       WHO                  STATE',
        'engineers  department 1001      enabled',
        '           研发部 and below,',
        '           role 2001',
        '张三       userid 0123          disabled',
      ].join('\n'),
    )
  })

  it('is a list of each row’s cells where even its words are too wide', () => {
    expect(
      table(
        ['ID', 'OPENS AT'],
        [
          ['grafana', 'https://grafana.example.com/login'],
          ['wiki', ''],
        ],
        30,
      ),
    ).toBe(['ID        grafana', 'OPENS AT  https://grafana.example.com/login', '', 'ID        wiki'].join('\n'))
  })

  it('stays one or the other from then on, however its rows come', () => {
    const growing = new GrowingTable(['ID', 'NAME'], 20)
    expect(growing.add([['a', 'first']])).toBe('ID  NAME\na   first')
    expect(growing.add([['b', 'a-word-of-many-letters']])).toBe('\nID    b\nNAME  a-word-of-many-letters')
    expect(growing.add([['c', 'third']])).toBe('\nID    c\nNAME  third')
  })

  it('has its head though nothing is in it', () => {
    expect(table(HEAD, [])).toBe('NAME  WHO  STATE')
  })

  it('of facts has each name once, before the first of its values', () => {
    expect(
      factTable([
        ['groups', ['a', 'b']],
        ['roles', []],
        ['id', ['1']],
      ]),
    ).toBe('groups  a\n        b\nid      1')
  })

  it('lets no text steer the terminal', () => {
    expect(table([], [['Browser\u001b[2J\u009b1m\n1.0', 'x']])).toBe('Browser [2J 1m 1.0  x')
  })

  it('is as wide as in a file where a terminal does not know its width', () => {
    const { isTTY, columns } = process.stdout
    const wide = table(HEAD, ROWS)
    try {
      Object.assign(process.stdout, { isTTY: true, columns: 0 })
      expect(stripVTControlCharacters(table(HEAD, ROWS))).toBe(wide)
    } finally {
      Object.assign(process.stdout, { isTTY, columns })
    }
  })

  it('is the same in colours, but for these', () => {
    const plain = [undefined, 40, 12].map((width) => table(HEAD, ROWS, width))
    vi.stubEnv('FORCE_COLOR', '1')
    const coloured = [undefined, 40, 12].map((width) => table(HEAD, ROWS, width))
    expect(coloured[0]).toContain('\u001b[1mNAME\u001b[22m')
    expect(coloured[0]).toContain('\u001b[33mdisabled\u001b[39m')
    for (const text of coloured) expect(text).toContain('\u001b[')
    expect(coloured.map(stripVTControlCharacters)).toEqual(plain)
  })

  it('keeps every word, and within its width wherever the words allow it', () => {
    const word = fc.stringMatching(/^[a-z中文]{1,8}$/)
    const cell = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' '))
    const rows = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(rows, fc.integer({ min: 60, max: 120 }), (rows, width) => {
        const text = table(HEAD, rows, width)
        // Three words of sixteen places each, and two gaps, always fit.
        for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width)
        const words = (of: string) => of.split(/\s+/).filter(Boolean).sort()
        expect(words(text)).toEqual(words([...HEAD, ...rows.flat()].join(' ')))
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normaliseNick } from '../src/services/nick.js'

const FAMILY = '👨‍👩‍👧‍👦'

describe('a nick', () => {
  it.each([
    '张三',
    '张伟-2',
    'Zoë',
    'O’Brien',
    '星星✨👩‍💻',
    'a  b',
    `<script>alert(1)</script>"'&`,
    'नेपाल',
    'سلام',
    '-1',
  ])('is kept when it is sound: %s', (nick) => {
    expect(normaliseNick(nick)).toBe(nick)
  })

  it('is composed (NFC), so that two spellings are one name', () => {
    expect(normaliseNick('Zoe\u0308')).toBe('Zo\u00eb')
    expect(normaliseNick('\u212b')).toBe('\u00c5')
  })

  it('is composed after the removal of what stood in between', () => {
    expect(normaliseNick('e\u202e\u0308')).toBe('\u00eb')
  })

  it.each([
    ['a line break', '\r\n'],
    ['a tab', '\t'],
    ['NUL', '\u0000'],
    ['escape', '\u001b'],
    ['delete', '\u007f'],
    ['a C1 control', '\u0085'],
    ['a line separator', '\u2028'],
    ['a paragraph separator', '\u2029'],
    ['right-to-left override', '\u202e'],
    ['left-to-right embedding', '\u202a'],
    ['an isolate', '\u2066'],
    ['pop isolate', '\u2069'],
    ['right-to-left mark', '\u200f'],
    ['Arabic letter mark', '\u061c'],
    ['a zero-width space', '\u200b'],
    ['a byte order mark', '\ufeff'],
    ['a soft hyphen', '\u00ad'],
    ['a high surrogate alone', '\ud800'],
    ['a low surrogate alone', '\udfff'],
  ])('loses %s', (_, character) => {
    expect(normaliseNick(`a${character}b`)).toBe('ab')
    expect(normaliseNick(`${character}ab${character}`)).toBe('ab')
  })

  it('loses the halves of a pair that only the removal would bring together', () => {
    expect(normaliseNick('a\ud83d\u202e\ude00b')).toBe('ab')
  })

  it('loses white space around it, not within', () => {
    expect(normaliseNick(' \u3000张 三\u00a0 ')).toBe('张 三')
  })

  it('keeps 64 characters at most, and cuts none in half', () => {
    expect(normaliseNick('张'.repeat(64))).toBe('张'.repeat(64))
    expect(normaliseNick('张'.repeat(65))).toBe('张'.repeat(64))
    expect(normaliseNick('😀'.repeat(100))).toBe('😀'.repeat(64))
    expect(normaliseNick(`${'a'.repeat(63)} b`)).toBe('a'.repeat(63))
  })

  it('counts only what is kept', () => {
    expect(normaliseNick('\u202e'.repeat(100) + 'a'.repeat(64))).toBe('a'.repeat(64))
  })

  it.each([
    '',
    ' ',
    '\u3000',
    '\r\n',
    '\u202e',
    '\ud800',
    '\u200d',
    '\u200c\u200d',
    '\ufe0f',
    '\u3164',
    '\u115f\u1160',
  ])('of which nothing can be seen becomes dingtalk-user: %j', (nick) => {
    expect(normaliseNick(nick)).toBe('dingtalk-user')
  })
})

describe('any text at all', () => {
  const pieces = fc.constantFrom(
    ...['a', 'e\u0301', '\u0301', '張', '가', '\u1100\u1161\u11a8', FAMILY, '\u200d', '\u200c', '\ufe0f', '\u3164'],
    ...[' ', '\u3000', '\t', '\r\n', '\u0000', '\u009f', '\u202e', '\u2067', '\u061c', '\u2028', '\ufeff', '\u00ad'],
    ...['\ud800', '\udc00', '\ud83d', '\ude00', '\u{e0061}', '\u{1d173}', '\u2126', '\ufb1d', '\u{2f800}', '\u0344'],
  )
  const units = fc.array(fc.nat(0xffff).map((unit) => String.fromCharCode(unit)))
  const nicks = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.string({ unit: 'grapheme', maxLength: 100 }),
    units.map((all) => all.join('')),
    fc.array(pieces, { maxLength: 100 }).map((all) => all.join('')),
  )

  it('becomes a nick that is safe to keep, to show and to send', () => {
    fc.assert(
      fc.property(nicks, (text) => {
        const nick = normaliseNick(text)
        expect(nick).not.toBe('')
        expect([...nick].length).toBeLessThanOrEqual(64)
        expect(nick.normalize('NFC')).toBe(nick)
        expect(nick.trim()).toBe(nick)
        expect(nick).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Cs}\u2028\u2029]/u)
        expect(decodeURIComponent(encodeURIComponent(nick))).toBe(nick)
      }),
      { numRuns: 2000 },
    )
  })

  it('is normalised by the first time: a second changes nothing', () => {
    fc.assert(
      fc.property(nicks, (text) => {
        const nick = normaliseNick(text)
        expect(normaliseNick(nick)).toBe(nick)
      }),
      { numRuns: 2000 },
    )
  })

  it('has one nick for all its canonical spellings', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        expect(normaliseNick(text.normalize('NFD'))).toBe(normaliseNick(text.normalize('NFC')))
      }),
    )
  })
})

import { describe, expect, it } from 'vitest'
import { KeptProfiles } from '../src/adapters/database/kept-profiles.js'

/** The text of a profile of so many characters. */
function textOf(name: string, characters = 300): string {
  const text = (title: string) =>
    JSON.stringify({ name, orgEmail: null, title, jobNumber: null, departments: [], roles: [] })
  return text('x'.repeat(characters - text('').length))
}

describe('a profile that a session’s row holds', () => {
  it('is read once for the same text', () => {
    const kept = new KeptProfiles()
    const first = kept.of(textOf('张三'))
    expect(first).toMatchObject({ name: '张三', departments: [] })
    expect(kept.of(textOf('张三'))).toBe(first)
  })

  it('is read anew where its text is another', () => {
    const kept = new KeptProfiles()
    kept.of(textOf('张三'))
    expect(kept.of(textOf('张三丰'))).toMatchObject({ name: '张三丰' })
  })

  it('is nothing where there is none', () => {
    expect(new KeptProfiles().of(null)).toBeNull()
  })

  it('is kept for some thousand people, and forgotten behind as many others', () => {
    const kept = new KeptProfiles()
    const [first] = Array.from({ length: 3000 }, (_, person) => kept.of(textOf(String(person))))
    expect(kept.of(textOf('0'))).toBe(first)
    for (let person = 3000; person < 3400; person++) kept.of(textOf(String(person)))
    expect(kept.of(textOf('0'))).not.toBe(first)
    expect(kept.of(textOf('0'))).toEqual(first)
  })

  it('takes the place of several where it is long', () => {
    const kept = new KeptProfiles()
    const first = kept.of(textOf('0'))
    for (const name of ['1', '2', '3']) kept.of(textOf(name, 334_000))
    expect(kept.of(textOf('0'))).not.toBe(first)
  })

  it('is not kept where it alone is longer than all may be', () => {
    const kept = new KeptProfiles()
    const long = textOf('0', 1_000_001)
    expect(kept.of(long)).toEqual(kept.of(long))
    expect(kept.of(long)).not.toBe(kept.of(long))
  })
})

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { guards } from './guards/guards.js'
import { testsOfThreats } from './guards/threats.js'

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')

/** How often the text that a guard takes away stands in its file. */
function occurrences(file: string, find: string): number {
  const url = new URL(`../src/${file}`, import.meta.url)
  return existsSync(url) ? readFileSync(url, 'utf8').split(find).length - 1 : 0
}

describe('the list of guards, which npm run test:guards takes away one by one', () => {
  it('names what stands in the source exactly once', () => {
    const gone = guards.filter(({ file, find }) => occurrences(file, find) !== 1)
    expect(gone.map(({ file, find }) => `${file}: ${find}`)).toEqual([])
  })

  it('has one or more for each threat of SECURITY.md, and for no other', () => {
    const threats = [...testsOfThreats(read('SECURITY.md')).keys()]
    expect([...new Set(guards.map(({ threat }) => threat))].sort()).toEqual(threats.sort())
  })
})

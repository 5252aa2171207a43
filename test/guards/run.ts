import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { guards } from './guards.js'
import { ScratchCopy } from './scratch-copy.js'
import { testsOfThreats } from './threats.js'

const chromiumPath = process.env.CHROMIUM_PATH
if (!chromiumPath) console.log('skipped: the guards of what runs in browsers; CHROMIUM_PATH=… tries them')

const threats = testsOfThreats(readFileSync('SECURITY.md', 'utf8'))
const idle: ScratchCopy[] = []
const used = new Set(guards.flatMap((guard) => testsOf(guard)))

/** What notices its loss first, then what SECURITY.md names. */
function testsOf({ threat, tests = [] }: (typeof guards)[number]): string[] {
  return [...new Set([...tests, ...(threats.get(threat) ?? [])])]
}

beforeAll(async () => {
  idle.push(new ScratchCopy(), new ScratchCopy())
})
afterAll(() => {
  for (const copy of idle) copy.remove()
})

describe('the list of guards', () => {
  it('has one or more for each threat of SECURITY.md, and for no other', ({ expect }) => {
    expect([...new Set(guards.map(({ threat }) => threat))].sort()).toEqual([...threats.keys()].sort())
  })

  it.concurrent.for([...used])('leans on %s, which passes while every guard stands', async (file, { expect, skip }) => {
    if (file.startsWith('browser/') && !chromiumPath) skip()
    const copy = idle.pop()
    try {
      const { failed, problem } = (await copy?.run(file)) ?? {}
      expect(failed ?? problem).toBeUndefined()
    } finally {
      if (copy) idle.push(copy)
    }
  })
})

describe('a test fails without', () => {
  const named = guards.map((guard) => [guard.name, guard.file, guard] as const)
  it.concurrent.for(named)('%s (%s)', async ([, , guard], { annotate, expect, skip }) => {
    if (guard.inBrowser && !chromiumPath) skip()
    const copy = idle.pop()
    if (!copy) throw new Error('more run at once than there are copies')
    try {
      copy.replace(guard)
      for (const file of testsOf(guard)) {
        const { failed, problem } = await copy.run(file)
        expect(problem, `${file} could not be run at all`).toBeUndefined()
        if (failed !== undefined) {
          await annotate(`killed by ${file}: ${failed}`)
          return
        }
      }
      expect.fail(`survived: ${testsOf(guard).join(', ')} pass without it`)
    } finally {
      copy.restore(guard)
      idle.push(copy)
    }
  })
})

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { placeNewFile } from '../src/adapters/place-new-file.js'

describe('a finished file', () => {
  let directory: string
  let file: string
  let target: string

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    file = path.join(directory, 'finished')
    target = path.join(directory, 'target')
    writeFileSync(file, 'finished')
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  it('gets a name that is free', () => {
    expect(placeNewFile(file, target)).toBe(true)
    expect(readFileSync(target, 'utf8')).toBe('finished')
  })

  it.each([
    ['a file', () => writeFileSync(target, 'theirs')],
    ['a folder', () => mkdirSync(target)],
    ['a link to nothing', () => symlinkSync(path.join(directory, 'nothing'), target)],
  ])('does not take the place of %s', (_, put) => {
    put()
    expect(placeNewFile(file, target)).toBe(false)
    expect(readFileSync(file, 'utf8')).toBe('finished')
    expect(existsSync(path.join(directory, 'nothing'))).toBe(false)
  })
})

import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { documentPath } from '../src/setup/document-path.js'

const root = resolve(import.meta.dirname, '..')

describe('the path of a document', () => {
  it('is the one to type in a folder that holds the package', () => {
    expect(documentPath('settings.md', root)).toBe('docs/settings.md')
    const above = dirname(root)
    const path = documentPath('zh/settings.md', above)
    expect(path).toMatch(/^[^/.][^/]*\/docs\/zh\/settings\.md$/)
    expect(existsSync(resolve(above, path))).toBe(true)
  })

  it('is whole in any other folder', () => {
    expect(documentPath('settings.md', join(tmpdir(), 'elsewhere'))).toBe(resolve(root, 'docs/settings.md'))
  })
})

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

/** One import, with paths as below src, such as `services/login.ts`; or what is installed, as it is written. */
interface Import {
  file: string
  of: string
  isTypeOnly: boolean
  /** `import('…')`: loaded when that is reached. */
  isLate: boolean
}

const SRC = fileURLToPath(new URL('../src', import.meta.url))
const FROM = /(?:[\w$]+|\*(?:\s+as\s+[\w$]+)?|\{[^}]*\})(?:\s*,\s*\{[^}]*\})?\s+from\s+/.source
/** `import … from`, `export … from` and `import '…'` at the beginning of a line, and `import('…')` anywhere. */
const IMPORTS = new RegExp(
  `^(?:import|export)\\s+(?<type>type\\s+)?(?:${FROM})?'(?<fixed>[^']+)'|\\bimport\\('(?<late>[^']+)'\\)`,
  'gm',
)
/** The small tools that belong to nobody, which services may use too. */
const TOOLS = ['errors.ts', 'log.ts', 'time.ts', 'concurrency-limit.ts', 'single-flight.ts']

const texts = new Map(
  readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter((file) => file.endsWith('.ts') && !file.startsWith('generated/'))
    .map((file) => [file, readFileSync(path.join(SRC, file), 'utf8')]),
)
const imports = [...texts].flatMap(([file, text]) => importsOf(file, text))

function importsOf(file: string, text: string): Import[] {
  return [...text.matchAll(IMPORTS)].map(({ groups }) => {
    const name = groups?.fixed ?? groups?.late ?? ''
    const of = name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name).replace(/\.js$/, '.ts') : name
    return { file, of, isTypeOnly: groups?.type !== undefined, isLate: groups?.late !== undefined }
  })
}

const isIn = (file: string, ...folders: string[]) => folders.some((folder) => file.startsWith(`${folder}/`))

/** The imports that break a rule, to be read in a failure's report. */
function offences(isOffence: (found: Import) => boolean): string[] {
  return imports.filter(isOffence).map(({ file, of }) => `src/${file} imports ${of}`)
}

/** The first way from a file back to itself, if there is one. */
function findCircle(next: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const clear = new Set<string>()
  const search = (file: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (clear.has(file)) return undefined
    for (const other of next.get(file) ?? []) {
      const circle = search(other, [...way, file])
      if (circle) return circle
    }
    clear.add(file)
    return undefined
  }
  for (const file of next.keys()) {
    const circle = search(file, [])
    if (circle) return circle
  }
  return undefined
}

/** The files that are loaded with this one, itself included: not those that it, or they, import late. */
function loadedEarly(file: string, known: ReadonlySet<string> = new Set()): string[] {
  const loaded = new Set([...known, file])
  for (const { of } of imports.filter((found) => found.file === file && !found.isTypeOnly && !found.isLate))
    if (!loaded.has(of)) for (const other of loadedEarly(of, loaded)) loaded.add(other)
  return [...loaded]
}

describe('the reader of imports', () => {
  it('sees every way in which a file can import another', () => {
    const text = [
      "import a from './a.js'",
      "import type { B } from './b.js'",
      "import c, {\n  type C,\n} from './c.js'",
      "export * from '../d.js'",
      "export { e } from './e.js'",
      "import './f.js'",
      "const g = await import('./g.js')",
      "import * as fs from 'node:fs'",
      "export const h = 'from here'",
    ].join('\n')
    expect(importsOf('x/y.ts', text).map(({ of, isTypeOnly }) => `${of}${isTypeOnly ? ' (type)' : ''}`)).toEqual([
      'x/a.ts',
      'x/b.ts (type)',
      'x/c.ts',
      'd.ts',
      'x/e.ts',
      'x/f.ts',
      'x/g.ts',
      'node:fs',
    ])
  })

  it('finds every file that src imports of its own', () => {
    const own = imports.filter(({ of }) => /\.[jt]s$/.test(of) && !isIn(of, 'generated', 'undici'))
    expect(own.length).toBeGreaterThan(100)
    expect(own.filter(({ of }) => !texts.has(of))).toEqual([])
  })
})

describe('src', () => {
  it('has services that import services, errors, the small tools and Node alone', () => {
    const isAllowed = (of: string) => isIn(of, 'services') || TOOLS.includes(of) || of.startsWith('node:')
    expect(offences(({ file, of }) => isIn(file, 'services') && !isAllowed(of))).toEqual([])
  })

  it('has adapters that know nothing of what receives requests', () => {
    const above = ['routes', 'pages', 'middleware', 'cookies', 'cli', 'server', 'api']
    expect(offences(({ file, of }) => isIn(file, 'adapters') && isIn(of, ...above))).toEqual([])
  })

  it('has pages that know nothing of middleware', () => {
    expect(offences(({ file, of }) => isIn(file, 'pages') && isIn(of, 'middleware'))).toEqual([])
  })

  it('stands without the emulator and the demo, but for the commands that run them', () => {
    const mayImport = (file: string) =>
      isIn(file, 'demo') || file === 'cli/program.ts'
        ? ['demo', 'emulator']
        : isIn(file, 'emulator')
          ? ['emulator']
          : []
    expect(offences(({ file, of }) => isIn(of, 'demo', 'emulator') && !isIn(of, ...mayImport(file)))).toEqual([])
  })

  it('has commands that load late what they run: none waits for what another needs', () => {
    const early = loadedEarly('cli/program.ts')
    expect(early).toContain('cli/users-command.ts')
    const heavy = ['adapters', 'services', 'config', 'demo', 'emulator', 'server', 'generated']
    expect(early.filter((file) => isIn(file, ...heavy))).toEqual([])
    expect(loadedEarly('cli/main.ts')).toEqual(['cli/main.ts'])
  })

  it('has no circle of imports by value', () => {
    const byValue = imports.filter(({ isTypeOnly }) => !isTypeOnly)
    const next = new Map(
      [...texts.keys()].map((file) => [file, byValue.filter((i) => i.file === file).map(({ of }) => of)]),
    )
    expect(findCircle(next)?.join(' imports ')).toBeUndefined()
  })

  it('holds ten loose files at most', () => {
    const loose = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isFile())
    expect(loose.length, loose.map(({ name }) => name).join(', ')).toBeLessThanOrEqual(10)
  })

  it('has no file of more than 200 lines', () => {
    const lines = [...texts].map(([file, text]) => ({ file: `src/${file}`, lines: text.split('\n').length - 1 }))
    expect(lines.filter(({ lines }) => lines > 200)).toEqual([])
  })
})

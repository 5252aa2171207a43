import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Each file by itself: the inside of this program, which they use, is neither read nor described. */
const OPTIONS =
  '--ignoreConfig --noResolve --noCheck --isolatedDeclarations --declaration --emitDeclarationOnly --verbatimModuleSyntax --target es2023 --module nodenext'

/**
 * Writes the type declarations that the package's exports name, and those that they import: nobody else's program is
 * checked against more. `tsc` is the compiler's program, `folder` stands for `dist`.
 */
export function writePublicTypes({ root, folder, tsc }) {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const entries = Object.values(exports).flatMap(({ types }) => types ?? [])
  const written = new Set()
  let next = entries.map((types) => path.relative('dist', types).replace(/\.d\.ts$/, ''))
  while (next.length > 0) {
    const sources = next.map((file) => path.join(root, 'src', `${file}.ts`))
    const places = ['--rootDir', path.join(root, 'src'), '--outDir', folder]
    execFileSync(process.execPath, [tsc, ...sources, ...OPTIONS.split(' '), ...places], { cwd: root, stdio: 'inherit' })
    for (const file of next) written.add(file)
    next = [...new Set(next.flatMap((file) => importedBy(file, folder)))].filter((file) => !written.has(file))
  }
}

/** The files, without their endings, that the declarations of this one import. */
function importedBy(file, folder) {
  const declarations = path.join(folder, `${file}.d.ts`)
  if (!existsSync(declarations)) throw new Error(`no types came of src/${file}.ts`)
  const imports = readFileSync(declarations, 'utf8').matchAll(/(?:from |import\()['"](\.[^'"]+)\.js['"]/g)
  return Array.from(imports, ([, name]) => path.join(path.dirname(file), name))
}

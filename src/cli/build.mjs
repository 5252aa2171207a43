import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { bundleClient, bundleOfClient } from './bundle-client.mjs'
import { bundleInClient, bundleOfInClient } from './bundle-in-client.mjs'
import { writePublicTypes } from './public-types.mjs'

// Compiles into `dist`, beside whatever runs from there. Sources that are unchanged are not compiled again. Else each
// file is replaced at once, and files that are needed no more stay: a program that loads a part late finds it.
// With --clean they go, as a package holds nothing of former builds.
const root = path.join(import.meta.dirname, '../..')
const isClean = process.argv.includes('--clean')
const generated = ['src/generated', 'test/bench/generated']
const bundle = { folder: path.dirname(bundleOfInClient), from: ['src/pages/in-client', 'src/cli', 'package-lock.json'] }
const client = { folder: path.dirname(bundleOfClient), from: ['src/client', 'src/cli', 'package-lock.json'] }
// An image has no tests.
const schemas = ['prisma', 'test/bench/references/typical.prisma', 'package-lock.json']
const sources = [...schemas, 'src', 'package.json', 'tsconfig.json', 'tsconfig.build.json']

/** The files at and below a place of the project, but for those that Prisma generates. */
function filesAt(place) {
  const full = path.join(root, place)
  if (generated.includes(place) || !existsSync(full)) return []
  try {
    return readdirSync(full)
      .sort()
      .flatMap((name) => filesAt(`${place}/${name}`))
  } catch (error) {
    if (error.code === 'ENOTDIR') return [place]
    throw error
  }
}

function hashOf(places) {
  const hash = createHash('sha256')
  for (const file of places.flatMap(filesAt)) {
    const content = readFileSync(path.join(root, file))
    hash.update(`${file}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

/** Makes these folders, unless they were made of the same sources before. Returns whether it did. */
function makeOnce(folders, places, make) {
  const stamps = folders.map((folder) => path.join(root, folder, '.sources'))
  const hash = hashOf(places)
  if (!isClean && stamps.every((stamp) => existsSync(stamp) && readFileSync(stamp, 'utf8') === hash)) return false
  for (const stamp of stamps) rmSync(stamp, { force: true })
  make()
  for (const stamp of stamps) writeFileSync(stamp, hash)
  return true
}

function generate() {
  execFileSync(process.execPath, [path.join(root, 'prisma/generate.mjs')], { stdio: 'inherit' })
}

function compileInto(folder) {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
  const tsc = path.join(path.dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.tsc)
  const args = [tsc, '-p', path.join(root, 'tsconfig.build.json'), '--outDir', folder]
  execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  writePublicTypes({ root, folder, tsc })
  // The package's command.
  chmodSync(path.join(folder, 'cli/main.js'), 0o755)
  for (const files of ['pages/assets', 'emulator/assets', 'demo/front-end', 'adapters/database/checkpoint-thread.mjs'])
    cpSync(path.join(root, 'src', files), path.join(folder, files), { recursive: true })
  for (const file of [bundleOfInClient, bundleOfClient])
    cpSync(path.join(root, file), path.join(folder, path.relative('src', file)))
  // What the server sends is the package's `dingtalk-login/client`, too.
  cpSync(path.join(root, bundleOfClient), path.join(folder, 'client/client.js'))
}

/** Moves each file that differs to its place below `to`; a rename is never seen half done. */
function moveFiles(from, to) {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)]
    if (entry.isDirectory()) moveFiles(source, target)
    else if (!existsSync(target) || !readFileSync(target).equals(readFileSync(source))) renameSync(source, target)
  }
}

/** Removes what is below `folder` and not among these files, by their paths. */
function removeOthers(folder, files) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name)
    if (entry.isDirectory()) removeOthers(full, files)
    else if (!files.has(full)) rmSync(full)
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder)
}

/** The files below a folder, as they would lie below another. */
function filesAsBelow(folder, other) {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile())
  return new Set(entries.map(({ parentPath, name }) => path.join(other, path.relative(folder, parentPath), name)))
}

function compile() {
  const next = mkdtempSync(path.join(root, 'dist-next-'))
  const dist = path.join(root, 'dist')
  try {
    compileInto(next)
    const files = filesAsBelow(next, dist)
    moveFiles(next, dist)
    if (isClean) removeOthers(dist, files)
  } finally {
    rmSync(next, { recursive: true, force: true })
  }
}

try {
  const folders = generated.filter((place) => existsSync(path.dirname(path.join(root, place))))
  const isGenerated = makeOnce(folders, schemas, generate)
  const isBundled = makeOnce([bundle.folder], bundle.from, () => bundleInClient(root))
  const isClient = makeOnce([client.folder], client.from, () => bundleClient(root))
  const isCompiled = makeOnce(['dist'], sources, compile)
  if (!isGenerated && !isBundled && !isClient && !isCompiled) console.log('dist is up to date.')
} catch (error) {
  // The program that failed has said why.
  if (error.status === undefined) throw error
  process.exitCode = 1
}

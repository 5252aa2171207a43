import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { contentOf } from './npm.mjs'

const MB = 1_000_000
/** Twice what it is: what grows beyond is something that does not belong there. */
const LIMITS = { size: 1.5 * MB, unpackedSize: 4 * MB }

const NEEDED = [
  'package.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  '.env.example',
  'dist/cli/main.js',
  'dist/index.js',
  'dist/index.d.ts',
  'dist/pages/assets/login.js',
  'dist/generated/in-client/in-client.js',
  'dist/generated/client/client.js',
  'dist/client/client.js',
  'dist/client/client.d.ts',
  'dist/generated/sqlite/client.js',
  'dist/generated/postgresql/client.js',
  'dist/emulator/assets/control.js',
  'dist/demo/front-end/index.html',
  'prisma/migrations/migration_lock.toml',
]

/** What no package may hold, and why. */
const FORBIDDEN = [
  [/^(?:src|test|scripts|node_modules|data)\//, 'is no part of what runs'],
  [/\.test\.|(?:^|\/)test\//, 'is a test'],
  [/\.map$/, 'is a source map, whose source is not there'],
  [/(?:^|\/)\.sources$/, 'is a mark of the build'],
  [/(?<!\.d)\.[cm]?ts$/, 'is a source'],
  [/(?:^|\/)\.env$|\.(?:db|db-wal|db-shm|pem|key|tgz|log)$/, 'may hold secrets or data'],
]

/**
 * What is wrong with a tarball of the project in `root`, a sentence each: what is missing, does not belong there or is
 * left of a former build, its sizes, and what publint and attw say.
 */
export async function faultsOf(tarball, root) {
  const content = contentOf(tarball)
  return [
    ...faultsOfFiles(content.files, root),
    ...Object.entries(LIMITS)
      .filter(([name, limit]) => content[name] > limit)
      .map(([name, limit]) => `${name} is ${content[name]} bytes, more than ${limit}`),
    ...(gunzipSync(readFileSync(tarball)).includes(root) ? [`a file holds the path of this folder, ${root}`] : []),
    ...(await faultsByPublint(tarball)),
    ...faultsByAttw(tarball),
  ]
}

function faultsOfFiles(files, root) {
  const missing = NEEDED.filter((file) => !files.includes(file)).map((file) => `${file} is missing`)
  const forbidden = FORBIDDEN.flatMap(([pattern, why]) =>
    files.filter((file) => pattern.test(file)).map((file) => `${file} ${why}`),
  )
  const left = files.filter((file) => file.startsWith('dist/') && !hasSource(file, root))
  return [...missing, ...forbidden, ...left.map((file) => `${file} is left of a former build: it has no source`)]
}

/** A file of `dist` is compiled of one in `src`, or copied. */
function hasSource(file, root) {
  const source = file.replace(/^dist/, 'src')
  const compiled = source.replace(/(?:\.d\.ts|\.js)$/, '.ts')
  return [source, compiled].some((one) => existsSync(path.join(root, one)))
}

async function faultsByPublint(tarball) {
  const { buffer } = new Uint8Array(readFileSync(tarball))
  const { messages, pkg } = await publint({ pack: { tarball: buffer } })
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`)
}

function faultsByAttw(tarball) {
  const manifest = createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json')
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'))
  const program = path.join(path.dirname(manifest), bin.attw)
  const args = [program, tarball, '--profile', 'esm-only', '--no-color', '--no-emoji']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return status === 0 ? [] : [`attw: ${stdout}${stderr}`]
}

// As a program: `node scripts/check-tarball.mjs FILE`.
if (process.argv[1] === import.meta.filename) {
  const [, , tarball = ''] = process.argv
  const faults = await faultsOf(tarball, path.join(import.meta.dirname, '..'))
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exitCode = 1
  else {
    const { size, unpackedSize, files } = contentOf(tarball)
    console.log(
      `${path.basename(tarball)} is in order: ${files.length} files, ${size} bytes, unpacked ${unpackedSize}.`,
    )
  }
}

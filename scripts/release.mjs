import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { releaseChangelog } from './changelog.mjs'
import { faultsOf } from './check-tarball.mjs'
import { pack, runNpm } from './npm.mjs'
import { nextVersion } from './version.mjs'

// Makes a release as far as this machine goes: version, changelog, checks, tarball, commit, tag. Publishes nothing.
const root = path.join(import.meta.dirname, '..')
const FILES = ['package.json', 'package-lock.json', 'CHANGELOG.md']
const STEPS = ['lint', 'typecheck', 'test']

const inRoot = (file) => path.join(root, file)
const read = (file) => readFileSync(inRoot(file), 'utf8')

function git(...args) {
  const { status, stdout, stderr, error } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  if (error) throw error
  if (status !== 0) throw new Error(`git ${args.join(' ')} failed.\n${stdout}${stderr}`)
  return stdout.trim()
}

/** @throws where a release must not begin */
function refuseUnready(tag) {
  if (git('status', '--porcelain') !== '') throw new Error('There are changes that are not committed.')
  if (git('rev-parse', '--abbrev-ref', 'HEAD') !== 'main') throw new Error('A release is made on main.')
  if (git('tag', '--list', tag) !== '') throw new Error(`There is a tag ${tag} already.`)
}

function writeVersion(version) {
  const changeJson = (file, change) => {
    const content = JSON.parse(read(file))
    change(content)
    writeFileSync(inRoot(file), `${JSON.stringify(content, null, 2)}\n`)
  }
  changeJson('package.json', (manifest) => {
    manifest.version = version
  })
  changeJson('package-lock.json', (lock) => {
    lock.version = version
    lock.packages[''].version = version
  })
  const date = new Date().toISOString().slice(0, 10)
  writeFileSync(inRoot('CHANGELOG.md'), releaseChangelog(read('CHANGELOG.md'), version, date))
}

/** Lint, types and tests, or this command in their place; what they print is shown. @throws where one fails */
function check(command) {
  if (command !== undefined) {
    console.log(`Checking with: ${command}`)
    const { status } = spawnSync(command, { cwd: root, shell: true, stdio: 'inherit' })
    if (status !== 0) throw new Error(`${command} failed.`)
    return
  }
  for (const step of STEPS) {
    console.log(`Checking with: npm run ${step}`)
    // The tests install the package, too.
    runNpm(['run', step], { cwd: root, stdio: 'inherit', env: { ...process.env, TEST_PACKAGE: '1' } })
  }
}

/** Packs, and looks at what was packed. @throws with all that is wrong with it */
async function makeTarball() {
  mkdirSync(inRoot('release'), { recursive: true })
  const faults = await faultsOf(path.join(root, 'release', pack(root, inRoot('release'))), root)
  if (faults.length > 0) throw new Error(['The tarball is not fit to be published:', ...faults].join('\n  '))
}

/** Whatever fails, the files, the branch and the folder of tarballs are as they were. */
async function release({ step, command }) {
  const version = nextVersion(JSON.parse(read('package.json')).version, step)
  const tag = `v${version}`
  refuseUnready(tag)
  const head = git('rev-parse', 'HEAD')
  const before = FILES.map((file) => [file, read(file)])
  const tarball = path.join('release', `dingtalk-login-${version}.tgz`)
  if (existsSync(inRoot(tarball))) throw new Error(`There is a file ${tarball} already.`)
  try {
    writeVersion(version)
    check(command)
    await makeTarball()
    if (git('status', '--porcelain', '--', '.', ...FILES.map((file) => `:!${file}`)) !== '')
      throw new Error('The checks have changed files that are committed.')
    git('commit', '--quiet', '-m', `Release ${version}`, '--', ...FILES)
    git('tag', '--annotate', tag, '-m', `Version ${version}`)
  } catch (error) {
    if (git('rev-parse', 'HEAD') !== head) git('reset', '--quiet', head)
    for (const [file, text] of before) writeFileSync(inRoot(file), text)
    rmSync(inRoot(tarball), { force: true })
    throw error
  }
  return { version, tag, tarball }
}

function readArguments() {
  const { values, positionals } = parseArgs({ options: { check: { type: 'string' } }, allowPositionals: true })
  if (positionals.length > 1) throw new Error('One version at a time.')
  return { step: positionals[0], command: values.check }
}

// Ctrl-C ends the step that runs, which is taken back like one that failed.
process.on('SIGINT', () => {})
try {
  const { version, tag, tarball } = await release(readArguments())
  console.log(`
Version ${version} is committed and tagged here, and ${tarball} is checked. What is left:

  git push origin main ${tag}
  npm publish ./${tarball.replaceAll(path.sep, '/')}
`)
} catch (error) {
  console.error(`${error.message}\nNothing is released, and everything is as it was.`)
  process.exitCode = 1
}

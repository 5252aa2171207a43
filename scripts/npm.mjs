import { spawnSync } from 'node:child_process'

/** npm: the one that runs this script, else the one of the PATH, which Windows finds by a shell alone. */
function npm(args, options) {
  const { npm_execpath: program } = process.env
  if (program) return spawnSync(process.execPath, [program, ...args], options)
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
}

/** Runs npm. Returns what it printed. @throws with what it said, where it failed */
export function runNpm(args, options = {}) {
  const { status, stdout, stderr, error } = npm(args, { encoding: 'utf8', maxBuffer: 2 ** 26, ...options })
  if (error) throw error
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed.\n${stdout ?? ''}${stderr ?? ''}`)
  return stdout
}

/**
 * Packs the project in `folder` into `destination`, from a clean build. Returns the tarball's file name.
 * @throws where the build or npm fails
 */
export function pack(folder, destination) {
  // The build prints before npm does.
  const printed = runNpm(['pack', '--pack-destination', destination], { cwd: folder })
  return printed.trim().split('\n').at(-1)
}

/** What a tarball holds, by npm's own word: sizes in bytes. */
export function contentOf(tarball) {
  const [{ size, unpackedSize, files }] = JSON.parse(
    runNpm(['pack', tarball, '--dry-run', '--json', '--ignore-scripts', '--loglevel=error']),
  )
  return { size, unpackedSize, files: files.map(({ path }) => path) }
}

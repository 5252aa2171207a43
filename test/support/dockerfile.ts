import { execFileSync } from 'node:child_process'
import { chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

interface Step {
  instruction: string
  value: string
}

export interface Stage {
  base: string
  name: string | undefined
  steps: Step[]
}

/** Reads what this project's Dockerfile is made of; heredocs and the like are not. */
export function readDockerfile(text: string): Stage[] {
  const stages: Stage[] = []
  const lines = text.replace(/^#.*\n/gm, '').replace(/\\\n\s*/g, '')
  for (const line of lines.split('\n').filter((line) => line.trim() !== '')) {
    const [, instruction, value] = /^([A-Z]+) (.+)$/.exec(line) ?? []
    if (!instruction || !value) throw new Error(`cannot read the Dockerfile's line: ${line}`)
    const [, base, name] = instruction === 'FROM' ? (/^(\S+)(?: AS (\S+))?$/.exec(value) ?? []) : []
    if (base) stages.push({ base, name, steps: [] })
    else stages.at(-1)?.steps.push({ instruction, value })
  }
  return stages
}

/** The arguments of the stage's step in exec form, such as CMD's. */
export function execFormOf(stage: Stage, instruction: string): string[] {
  const value = stage.steps.findLast((step) => step.instruction === instruction)?.value ?? ''
  const command: unknown = JSON.parse(/\[.*\]$/.exec(value)?.[0] ?? 'null')
  if (!Array.isArray(command)) throw new Error(`${instruction} is not in exec form: ${value}`)
  return command.map(String)
}

/** Whether `.dockerignore` leaves this path in: the last line that fits it or a folder above it decides. */
export function dockerignore(text: string): (file: string) => boolean {
  const rules = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ keeps: line.startsWith('!'), pattern: line.replace(/^!/, '') }))
  for (const { pattern } of rules) if (pattern !== '*' && /[*?[]/.test(pattern)) throw new Error(`too much: ${pattern}`)
  return (file) => {
    const rule = rules.findLast(({ pattern }) => pattern === '*' || `${file}/`.startsWith(`${pattern}/`))
    return rule?.keeps ?? true
  }
}

interface Build {
  /** The project's folder, of which `.dockerignore` decides what is taken. */
  context: string
  /** An empty folder; each stage gets a root in it. */
  directory: string
  /** For RUN steps. */
  env: NodeJS.ProcessEnv
  /** The owner that `--chown` names stands for this one here. */
  owner: number | undefined
  /** Does a RUN step in another way, or not at all: true. */
  instead(command: string, workingDirectory: string): boolean
}

export interface Image {
  /** WORKDIR, on this machine. */
  workingDirectory: string
  env: Record<string, string>
}

/** Does the steps of all stages on this machine, without a container engine; gives the last one. */
export function build(stages: Stage[], { context, directory, env, owner, instead }: Build): Image {
  const keeps = dockerignore(readFileSync(path.join(context, '.dockerignore'), 'utf8'))
  let image: Image | undefined
  for (const [index, { name, steps }] of stages.entries()) {
    const root = path.join(directory, name ?? String(index))
    image = { workingDirectory: root, env: {} }
    for (const { instruction, value } of steps) {
      if (instruction === 'WORKDIR') {
        image.workingDirectory = path.join(root, value)
        mkdirSync(image.workingDirectory, { recursive: true })
      } else if (instruction === 'ENV') {
        const [, variable = '', set = ''] = /^(\w+)=(\S+)$/.exec(value) ?? []
        image.env[variable] = set
      } else if (instruction === 'RUN') {
        if (instead(value, image.workingDirectory)) continue
        if (/(^|\s)[/~]/.test(value)) throw new Error(`this step would reach out of its folder: ${value}`)
        const options = { cwd: image.workingDirectory, env: { ...env, ...image.env }, stdio: 'pipe' } as const
        execFileSync('sh', ['-ec', value], options)
      } else if (instruction === 'COPY') {
        copy(value, image.workingDirectory)
      }
    }
  }
  if (!image) throw new Error('the Dockerfile has no stage')
  return image

  function copy(value: string, workingDirectory: string): void {
    const words = value.split(' ')
    const flags = words.filter((word) => word.startsWith('--'))
    const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length)
    const places = words.filter((word) => !word.startsWith('--'))
    const target = places.pop() ?? ''
    for (const source of places) {
      const origin = from ? path.join(directory, from, source) : path.join(context, source)
      const intoFolder = target.endsWith('/')
      const destination = path.join(workingDirectory, target, intoFolder ? path.basename(source) : '')
      const filter = from ? () => true : (file: string) => keeps(path.relative(context, file))
      if (!filter(origin) || !existsSync(origin)) throw new Error(`COPY finds no ${source}`)
      cpSync(origin, destination, { recursive: true, verbatimSymlinks: true, filter })
      if (flags.some((flag) => flag.startsWith('--chown=')) && owner !== undefined) chownSync(destination, owner, owner)
    }
  }
}

/** Whether node_modules is what `npm ci` would make of package-lock.json, and can stand in for its minutes of compiling. */
export function isInstalledByLock(project: string): boolean {
  const packagesOf = (file: string): Record<string, { version: string; integrity?: string; optional?: boolean }> =>
    existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {}
  const { '': _, ...locked } = packagesOf(path.join(project, 'package-lock.json'))
  const installed = packagesOf(path.join(project, 'node_modules/.package-lock.json'))
  const same = (name: string) =>
    installed[name]?.version === locked[name]?.version && installed[name]?.integrity === locked[name]?.integrity
  return Object.keys(installed).every(same) && Object.keys(locked).every((name) => locked[name]?.optional || same(name))
}

/** The names of all packages in this node_modules, those inside of others too. */
export function packagesIn(nodeModules: string): string[] {
  if (!existsSync(nodeModules)) return []
  const folders = readdirSync(nodeModules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(path.join(nodeModules, name)).map((inner) => `${name}/${inner}`) : [name],
  )
  const packages = folders.filter((name) => existsSync(path.join(nodeModules, name, 'package.json')))
  return packages.flatMap((name) => [name, ...packagesIn(path.join(nodeModules, name, 'node_modules'))])
}

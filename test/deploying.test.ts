import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readConfig, settingNames } from '../src/config/config.js'
import { caddy, isInstalled } from './support/proxy.js'

const PROJECT = fileURLToPath(new URL('../', import.meta.url))
const read = (file: string) => readFileSync(path.join(PROJECT, file), 'utf8')

/** What the operator must say, as they might. */
const said: Record<string, string> = {
  LOGIN_HOST: 'login.example.com',
  FRONTEND_URL: 'https://app.example.com/',
  DINGTALK_APP_ID: 'dingexample',
  DINGTALK_APP_SECRET: 'the-secret-of-the-application',
  SESSION_SECRETS: '0123456789abcdef0123456789abcdef',
  POSTGRES_PASSWORD: 'letters0and1digits',
}

interface Service {
  image?: string
  build?: string
  ports?: string[]
  environment: Record<string, string | number>
  volumes?: string[]
  networks: string[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: object
  restart: string
  read_only: boolean
  stop_grace_period?: string
  deploy?: { replicas: number }
}

describe('compose.yaml', () => {
  const text = read('compose.yaml')
  const compose: { services: Record<string, Service>; networks: object; volumes: object } = parse(text)
  const { services } = compose
  const service = (name: string): Service => {
    const found = services[name]
    if (!found) throw new Error(`there is no service ${name}`)
    return found
  }
  const variables = [...text.matchAll(/\$\{(\w+)([^}]*)\}/g)].map(([, name = '', rest = '']) => ({ name, rest }))
  const filledIn = (value: string | number) =>
    String(value).replace(/\$\{(\w+)[^}]*\}/g, (_, name: string) => said[name] ?? '')

  it('hands every setting on, and no other', () => {
    const own = ['HOST', 'NODE_ENV']
    const expected = settingNames.filter((name) => !own.includes(name))
    expect(Object.keys(service('server').environment).sort()).toEqual([...expected].sort())
  })

  it('asks for what it cannot do without, and makes settings of it that production takes', () => {
    for (const { name, rest } of variables) expect(rest, name).toMatch(name in said ? /^:\?/ : /^:-$/)
    expect(new Set(variables.map(({ name }) => name))).toEqual(
      new Set([
        ...Object.keys(said),
        ...variables.map(({ name }) => name).filter((name) => settingNames.includes(name)),
      ]),
    )
    const environment = Object.entries(service('server').environment).map(([name, value]) => [name, filledIn(value)])
    const config = readConfig({ ...Object.fromEntries(environment), NODE_ENV: 'production' })
    expect(config).toMatchObject({ publicUrl: 'https://login.example.com', edge: { trustProxy: 1 } })
    const { hostname, port, username, password, pathname } = new URL(config.databaseUrl)
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = service(hostname).environment
    expect([username, password, pathname]).toEqual([
      POSTGRES_USER,
      filledIn(POSTGRES_PASSWORD ?? ''),
      `/${POSTGRES_DB}`,
    ])
    expect(port).toBe('5432')
  })

  it('opens the ports of the proxy alone', () => {
    const opened = Object.entries(services).flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]))
    expect(opened).toEqual([
      ['caddy', '80:80'],
      ['caddy', '443:443'],
      ['caddy', '443:443/udp'],
    ])
    expect(text).not.toContain('network_mode')
  })

  it('names files, networks, volumes and services that there are', () => {
    for (const { build, volumes = [], networks, depends_on = {} } of Object.values(services)) {
      if (build) expect(existsSync(path.join(PROJECT, build, 'Dockerfile'))).toBe(true)
      for (const volume of volumes.map((text) => text.split(':')[0] ?? '')) {
        if (volume.startsWith('.')) expect(existsSync(path.join(PROJECT, volume)), volume).toBe(true)
        else expect(compose.volumes).toHaveProperty(volume)
      }
      for (const network of networks) expect(compose.networks).toHaveProperty(network)
      for (const [name, { condition }] of Object.entries(depends_on)) {
        expect(condition).toBe('service_healthy')
        expect(service(name).healthcheck !== undefined || read('Dockerfile').includes('\nHEALTHCHECK ')).toBe(true)
      }
    }
  })

  it('restarts what ends, writes only where it must, and pins what it fetches', () => {
    for (const { restart, read_only, image = '', build } of Object.values(services)) {
      expect({ restart, read_only }).toEqual({ restart: 'unless-stopped', read_only: true })
      if (!build) expect(image).toMatch(/^(caddy|postgres):\d+\.\d+(\.\d+)?-alpine[\d.]*$/)
    }
    const { stop_grace_period, deploy } = service('server')
    expect(Number.parseInt(stop_grace_period ?? '', 10)).toBeGreaterThan(10)
    expect(deploy).toEqual({ replicas: 2 })
  })

  it('keeps the database from everything but the servers', () => {
    const { networks } = parse(text)
    expect(service('database').networks).toEqual(['data'])
    expect(service('caddy').networks).not.toContain('data')
    expect(networks.data).toEqual({ internal: true })
  })

  it('has the Caddyfile send to the servers, and not to their metrics', () => {
    const [, name = '', port] = /dynamic a (\w+) (\d+) \{/.exec(read('deploy/Caddyfile')) ?? []
    const { PORT, METRICS_PORT } = service(name).environment
    expect(Number(port)).toBe(PORT)
    expect(read('Dockerfile')).toContain(`\nEXPOSE ${PORT}\n`)
    for (const file of ['deploy/Caddyfile', 'deploy/nginx.conf']) expect(read(file)).not.toContain(String(METRICS_PORT))
  })
})

if (!caddy.isInstalled) console.log('skipped: deploy/Caddyfile is judged where caddy is installed')
describe.runIf(caddy.isInstalled)('deploy/Caddyfile', () => {
  it('is one that Caddy takes', () => {
    const args = ['validate', '--config', path.join(PROJECT, 'deploy/Caddyfile'), '--adapter', 'caddyfile']
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    const env = { PATH: process.env.PATH, LOGIN_HOST: 'login.example.com', HOME: directory, XDG_DATA_HOME: directory }
    const { status, stderr } = spawnSync('caddy', args, { env, encoding: 'utf8' })
    rmSync(directory, { recursive: true })
    expect(status, stderr).toBe(0)
  })
})

describe('deploy/nginx.conf', () => {
  it('knows the same servers for callbacks as for everything else: those of docs/deploying.md', () => {
    const upstreams = [...read('deploy/nginx.conf').matchAll(/^upstream \w+ \{\n(.*?)^\}/gms)]
    const servers = upstreams.map(([, body]) =>
      [...(body ?? '').matchAll(/server 127\.0\.0\.1:(\d+) /g)].map((m) => m[1]),
    )
    expect(servers).toHaveLength(2)
    expect(servers[0]).toEqual(servers[1])
    const units = servers[0]?.map((port) => `dingtalk-login@${port}`).join(' ')
    expect(read('docs/deploying.md')).toContain(`systemctl enable --now ${units}\``)
  })
})

describe('the systemd unit', () => {
  const UNIT = 'deploy/dingtalk-login@.service'
  const valuesOf = (name: string) => [...read(UNIT).matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map((m) => m[1] ?? '')
  const assigned = (text: string) =>
    Object.fromEntries(text.split(' ').flatMap((word) => (/^[A-Z_]+=/.test(word) ? [word.split('=')] : [])))
  const command = (valuesOf('ExecStart')[0] ?? '').replaceAll('%i', '8000')

  it('starts the server with settings that there are', () => {
    const set: Record<string, string> = { ...assigned(valuesOf('Environment')[0] ?? ''), ...assigned(command) }
    expect(settingNames).toEqual(expect.arrayContaining(Object.keys(set)))
    const config = readConfig({ ...said, ...set, PUBLIC_URL: 'https://login.example.com' })
    expect(config).toMatchObject({ listen: { port: 8000, host: '127.0.0.1' }, edge: { trustProxy: 1 } })
    expect(set.DATABASE_URL).toBe(`file:/var/lib/${valuesOf('StateDirectory')[0]}/login.db`)
    const { name, bin } = JSON.parse(read('package.json'))
    expect(command.endsWith(` /usr/bin/node node_modules/${name}/${bin[name]} start`)).toBe(true)
  })

  it('gives the server more time than it takes to stop', () => {
    expect(Number(valuesOf('TimeoutStopSec')[0])).toBeGreaterThan(10)
    expect(valuesOf('Restart')).toEqual(['on-failure'])
  })

  it('has the user, folder and file that docs/guides/company.md makes', () => {
    const guide = read('docs/guides/company.md')
    expect(guide).toContain(`/usr/sbin/nologin ${valuesOf('User')[0]}\n`)
    expect(guide).toContain(`\ncd ${valuesOf('WorkingDirectory')[0]}\nnpm install `)
    const file = valuesOf('EnvironmentFile')[0]
    expect(guide).toContain(`npx dingtalk-login setup --output ${file}\n`)
    expect(guide).toContain(`chgrp ${valuesOf('User')[0]} ${file}\nchmod 640 ${file}\n`)
  })

  const canVerify = isInstalled('systemd-analyze', '--version') && existsSync('/usr/bin/node')
  if (!canVerify) console.log('skipped: the systemd unit is judged where systemd-analyze and /usr/bin/node are')
  it.runIf(canVerify)('is one that systemd takes, and finds well closed off', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    const file = path.join(directory, 'dingtalk-login@8000.service')
    writeFileSync(file, read(UNIT))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    // Exposure, from 0 to 100; throws above the threshold.
    execFileSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', file], { stdio: 'pipe' })
    rmSync(directory, { recursive: true })
  })
})

const documents = ['deploying.md', 'upgrading.md', 'guides/company.md']
describe.each(documents.flatMap((name) => [`docs/${name}`, `docs/zh/${name}`]))('%s', (file) => {
  const text = read(file)

  it('names only files that there are', () => {
    const files = text.match(/(?<=[`\s])(deploy|docs|prisma|src)\/[\w./@-]+/g) ?? []
    for (const name of files) expect(existsSync(path.join(PROJECT, name)), name).toBe(true)
  })

  it('names only commands and settings that there are', () => {
    const { scripts } = JSON.parse(read('package.json'))
    for (const [, name] of text.matchAll(/npm run (?:--silent )?([a-z-]+)/g)) expect(scripts).toHaveProperty(name ?? '')
    for (const [, script = ''] of text.matchAll(/node dist\/([\w/-]+)\.js/g))
      expect(existsSync(path.join(PROJECT, 'src', `${script}.ts`)), script).toBe(true)
    const known = [...settingNames, ...Object.keys(said)]
    const named = text.match(/(?<![\w/@])[A-Z]+(_[A-Z]+)+(?!\w)/g) ?? []
    expect(named.filter((name) => !known.includes(name))).toEqual([])
  })
})

describe('docs/upgrading.md', () => {
  it('says for every schema what to do', () => {
    const folders = readdirSync(path.join(PROJECT, 'prisma/migrations'), { recursive: true, encoding: 'utf8' })
    const migrations = new Set(folders.map((name) => path.basename(name)).filter((name) => /^\d{14}_/.test(name)))
    const rows = [...read('docs/upgrading.md').matchAll(/^\| `(\d{14}_\w+)` \| \S/gm)].map(([, name]) => name)
    expect(rows).toEqual([...migrations].sort())
  })
})

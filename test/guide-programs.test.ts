import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parse } from 'dotenv'
import { describe, expect, it, onTestFinished } from 'vitest'
import { addApplication, SECRET } from './support/applications.js'
import { Command, freePort, runCompiled } from './support/command.js'
import { PROJECT, read } from './support/documents.js'
import { FollowedBrowser } from './support/followed-browser.js'
import { createReachableWorld, type ReachableWorld } from './support/reachable-world.js'

/** The first block of this language in a guide. */
function blockOf(guide: string, language: string): string {
  const block = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(read(`docs/guides/${guide}`))?.[1]
  if (!block) throw new Error(`there is no block ${language} in ${guide}`)
  return block
}

/** A world with the settings that the command of a guide writes, but for the addresses. */
async function worldOf(guide: string): Promise<ReachableWorld> {
  const args = /npx dingtalk-login setup (--yes .*)\n/.exec(read(`docs/guides/${guide}`))?.[1]?.split(' ') ?? []
  const cwd = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  const setup = runCompiled('setup', { args: [...args, '--offline'], cwd })
  expect(await setup.ended(), setup.output).toBe(0)
  const settings = Object.entries(parse(readFileSync(path.join(cwd, '.env'), 'utf8')))
  return createReachableWorld(Object.fromEntries(settings.filter(([name]) => !name.endsWith('_URL'))))
}

/** Runs a program that a guide shows, with other addresses, beside the packages of this project. */
function run(program: string, addresses: Record<string, string>, args: string[] = []): Command {
  const folder = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
  symlinkSync(path.join(PROJECT, 'node_modules'), path.join(folder, 'node_modules'))
  const text = Object.entries(addresses).reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`the program does not hold ${from}`)
    return changed.replaceAll(from, to)
  }, program)
  writeFileSync(path.join(folder, 'program.mjs'), text)
  const command = new Command(process.execPath, { args: ['program.mjs', ...args], cwd: folder })
  onTestFinished(async () => {
    await command[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })
  return command
}

/** Waits until something answers there. */
async function answers(url: string): Promise<void> {
  const isThere = () => fetch(url, { redirect: 'manual' }).then(Boolean, () => false)
  await expect.poll(isThere, { timeout: 10_000 }).toBe(true)
}

describe('docs/guides/protect-a-tool.md', () => {
  it('has a tool that shows what reaches it', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    run(blockOf('protect-a-tool.md', 'js'), { '3000': new URL(url).port })
    await answers(url)
    const headers = { 'X-Auth-Request-Preferred-Username': encodeURIComponent('张三'), 'X-Other': 'other' }
    const response = await fetch(`${url}/report?a=1`, { headers })
    expect(await response.text()).toBe('The tool, /report?a=1\nx-auth-request-preferred-username: 张三\n')
  })
})

describe('docs/guides/applications.md', () => {
  it('has an application that is entered by a scan, and left by its own logout', async () => {
    await using site = await worldOf('applications.md')
    const port = String(await freePort())
    const url = `http://localhost:${port}`
    await addApplication(site.world, {
      ...{ id: 'notes', redirectUris: [`${url}/callback`], postLogoutRedirectUris: [url] },
    })
    const program = blockOf('applications.md', 'js')
    run(program, { 'http://localhost:8000': site.issuer, '3000': port }, [SECRET])
    await answers(url)
    const browser = new FollowedBrowser(site.world.dingtalk, 'zhangsan')
    const { text } = await browser.open(url)
    expect(JSON.parse(text)).toMatchObject({
      ...{ preferred_username: 'zhangsan', name: '张三', email: 'zhangsan@corp.example', groups: [] },
    })
    expect((await browser.open(`${site.issuer}/me`)).status).toBe(200)
    const { way } = await browser.open(`${url}/logout`)
    expect(way.map(({ origin, pathname }) => origin + pathname)).toContain(`${site.issuer}/oidc/logout`)
    // It wants a login again at once, and this browser agrees to every one.
    expect(way.map(({ origin }) => origin)).toContain(site.world.dingtalk.url)
  })
})

describe('docs/guides/workbench.md', () => {
  it('has a script that does what the DingTalk client does', async () => {
    await using site = await worldOf('workbench.md')
    const addresses = { 'http://localhost:8000': site.issuer, 'http://localhost:9000': site.world.dingtalk.url }
    const script = run(blockOf('workbench.md', 'js'), addresses)
    expect(await script.ended()).toBe(0)
    expect(script.output).toContain(`302 ${site.issuer}/apps\n`)
    expect(script.output).toContain("username: '张三'")
  })
})

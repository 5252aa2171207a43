import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { checkTexts } from '../src/checks/check-texts.js'
import { APP } from '../src/emulator/emulator.js'
import type { Language } from '../src/pages/texts.js'
import { setupTexts } from '../src/setup/texts/texts.js'
import { Command } from './support/command.js'
import { createSetupPlace } from './support/setup-place.js'
import { KEY, type TypedTerminal } from './support/typed-terminal.js'
import { createWorld } from './support/world.js'

const { enter, down, ctrlC, ctrlD } = KEY

/** Answers all questions up to the credentials of an application made today. */
async function begin(terminal: TypedTerminal, language: Language): Promise<void> {
  const texts = setupTexts[language]
  await terminal.answer(texts.kind.question, enter)
  await terminal.answer(texts.publicUrl, enter)
  await terminal.answer(texts.frontendUrl, enter)
  await terminal.answer(texts.audience.question, enter)
}

async function giveCredentials(terminal: TypedTerminal, language: Language, secret: string = APP.secret) {
  const texts = setupTexts[language]
  await terminal.answer(texts.appId.oauth2, APP.id, enter)
  await terminal.answer(texts.appSecret.oauth2, secret, enter)
  await terminal.answer(texts.corpId, enter)
}

describe('a terminal that does not know its width', () => {
  it('has whole lines', async () => {
    await using place = await createSetupPlace()
    const { terminal, ended } = place.sitDown({ columns: 0 })
    await begin(terminal, 'en')
    await terminal.answer(setupTexts.en.appId.oauth2, ctrlC)
    expect(await ended).toBe(1)
    expect(terminal.printed).toContain('\n│     http://localhost:8000/callback')
  })
})

describe.each<Language>(['en', 'zh'])('setup at a terminal, in the language %s', (language) => {
  const texts = setupTexts[language]

  it('asks, says where to click and what to paste, and writes settings with which somebody logs in', async () => {
    await using place = await createSetupPlace()
    const { terminal, ended } = place.sitDown({ language })
    await begin(terminal, language)
    await terminal.shown('http://localhost:8000/callback')
    await terminal.shown('Contact.User.Read')
    await terminal.shown('qyapi_get_member')
    await giveCredentials(terminal, language)
    await terminal.shown('npx dingtalk-login start')
    expect(await ended).toBe(0)
    expect(terminal.printed).not.toContain(APP.secret)
    expect(statSync(place.file).mode & 0o777).toBe(0o600)

    await using world = await createWorld({ ...place.written(), PORT: '0' })
    const browser = world.browser()
    expect((await browser.logIn()).headers.location).toBe('http://localhost:8000/account')
    await browser.get('/me').expect(200)
  })

  it.each<[string, string, (at: Awaited<ReturnType<typeof createSetupPlace>>['dingtalk']) => void, string]>([
    ['a wrong secret', 'wrong', () => {}, 'application'],
    ['a missing permission', APP.secret, (at) => at.permissions.switch('qyapi_get_member', false), 'permission'],
    [
      'the list of addresses',
      APP.secret,
      (at) => {
        at.failNext('userAccessToken', { status: 403, code: 'Forbidden.AccessDenied.IpNotInWhiteList' })
        at.failNext('gettoken', { errcode: 60020 })
      },
      'ipList',
    ],
    ['the contact scope', APP.secret, (at) => at.failNext('getbyunionid', { errcode: 50002 }), 'contactScope'],
    ['a ban', APP.secret, (at) => at.failNext('gettoken', 'ban'), 'throttled'],
  ])('says in words of %s, where it is mended, and goes on when that is done', async (_what, secret, order, remedy) => {
    await using place = await createSetupPlace()
    const { dingtalk } = place
    order(dingtalk)
    const { terminal, ended } = place.sitDown({ language })
    await begin(terminal, language)
    await giveCredentials(terminal, language, secret)
    const { title, where } = Object.entries(checkTexts[language].remedies).find(([name]) => name === remedy)?.[1] ?? {}
    await terminal.shown(title ?? 'no such remedy')
    await terminal.shown(texts.trial.next.question)
    const unbroken = (text: string) => text.replace(/[\s│]/g, '')
    expect(unbroken(terminal.printed)).toContain(unbroken(where ?? ''))
    expect(existsSync(place.file)).toBe(false)

    dingtalk.permissions.switch('qyapi_get_member', true)
    if (secret === APP.secret) terminal.input.write(enter)
    else {
      terminal.input.write(down + enter)
      await giveCredentials(terminal, language)
    }
    expect(await ended).toBe(0)
    expect(place.written().DINGTALK_APP_SECRET).toBe(APP.secret)
  })

  it('says that the application is of another organisation', async () => {
    await using place = await createSetupPlace()
    const { terminal, ended } = place.sitDown({ language })
    await begin(terminal, language)
    await terminal.answer(texts.appId.oauth2, APP.id, enter)
    await terminal.answer(texts.appSecret.oauth2, APP.secret, enter)
    await terminal.answer(texts.corpId, 'ding0000000000000000', enter)
    await terminal.shown(checkTexts[language].remedies.corpId.title)
    await terminal.answer(texts.trial.next.question, down, down, enter)
    expect(await ended).toBe(0)
    expect(place.written().DINGTALK_CORP_ID).toBe('ding0000000000000000')
  })

  it('says of a clock that is off, of a permission by its name, and of nobody who answers', async () => {
    await using place = await createSetupPlace()
    const { dingtalk } = place
    dingtalk.moveClock(300_000)
    dingtalk.permissions.switch('qyapi_get_member', false)
    const { terminal, ended } = place.sitDown({ language })
    await terminal.answer(texts.kind.question, down, enter)
    await terminal.answer(texts.publicUrl, enter)
    await terminal.answer(texts.frontendUrl, enter)
    await terminal.answer(texts.audience.question, enter)
    await terminal.answer(texts.appId.qrconnect, APP.id, enter)
    await terminal.answer(texts.appSecret.qrconnect, APP.secret, enter)
    await terminal.answer(texts.directoryAppId, enter)
    await terminal.shown(checkTexts[language].remedies.clock.title)
    await terminal.shown('qyapi_get_member (成员信息读权限)')
    await dingtalk.close()
    await terminal.answer(texts.trial.next.question, enter)
    await terminal.shown('npx dingtalk-login emulator')
    await terminal.answer(texts.trial.next.question, down, down, enter)
    expect(await ended).toBe(0)
    expect(place.written().DINGTALK_FLOW).toBe('qrconnect')
  })

  it('does not take what the settings would not, and says why in words of that language', async () => {
    await using place = await createSetupPlace()
    const { terminal, stop, ended } = place.sitDown({ language })
    await terminal.answer(texts.kind.question, enter)
    await terminal.answer(texts.publicUrl, 'login.example.com', enter)
    await terminal.answer(language === 'zh' ? '请填写以 http' : 'must be an http', '\u0015', 'http://a.test/b', enter)
    await terminal.answer(language === 'zh' ? '只填到' : 'must be an origin', '\u0015', enter)
    await terminal.answer(texts.frontendUrl, 'http://elsewhere.test/', enter)
    await terminal.shown(texts.foreignFrontEnd.question)
    terminal.input.write(enter)
    await terminal.answer(texts.frontendUrl, enter)
    await terminal.answer(texts.audience.question, enter)
    await terminal.answer(texts.appId.oauth2, enter)
    await terminal.answer(language === 'zh' ? '不能为空' : 'is missing', APP.id, enter)
    await terminal.answer(texts.appSecret.oauth2, 'two words', enter)
    await terminal.shown(language === 'zh' ? '不能有空格' : 'must not hold spaces')
    stop.abort()
    expect(await ended).toBe(1)
    expect(terminal.printed).not.toContain('two words')
  })

  it('never writes over a file without asking: it changes it and keeps a copy, writes another one, or stops', async () => {
    await using place = await createSetupPlace()
    const before = 'BRAND_NAME="A # b"\nLOG_LEVEL=loud\nDINGTALK_APP_ID=dingbefore\nDINGTALK_APP_SECRET=secret-before\n'
    writeFileSync(place.file, before)
    const stopped = place.sitDown({ language })
    await stopped.terminal.answer(texts.present.found(place.file), down, down, enter)
    expect(await stopped.ended).toBe(1)
    expect(stopped.terminal.printed).toContain(texts.stopped)

    const other = place.sitDown({ language })
    await other.terminal.answer(texts.present.found(place.file), down, enter)
    await other.terminal.answer(texts.present.path, enter)
    await begin(other.terminal, language)
    // What is there is what Enter gives.
    await other.terminal.shown('appId')
    other.stop.abort()
    expect(await other.ended).toBe(1)
    expect(readdirSync(place.directory)).toEqual(['.env'])
    expect(readFileSync(place.file, 'utf8')).toBe(before)

    const changed = place.sitDown({ language })
    const { terminal } = changed
    await terminal.answer(texts.present.found(place.file), enter)
    await terminal.answer(texts.kind.question, '\u001b[A', enter)
    await terminal.answer(texts.publicUrl, enter)
    await terminal.answer(texts.frontendUrl, enter)
    await terminal.answer(texts.audience.question, enter)
    await giveCredentials(terminal, language)
    await terminal.shown('LOG_LEVEL')
    await terminal.answer(texts.kept.leaveOut, enter)
    expect(await changed.ended).toBe(0)
    expect(terminal.printed).not.toContain('secret-before')
    expect(place.written()).toMatchObject({ BRAND_NAME: 'A # b', DINGTALK_APP_ID: APP.id })
    expect(place.written()).not.toHaveProperty('LOG_LEVEL')
    expect(readFileSync(`${place.file}.before-setup`, 'utf8')).toBe(before)
  })
})

describe('setup at a terminal', () => {
  const texts = setupTexts.en

  it.each([
    ['Ctrl-C', ctrlC],
    ['Ctrl-D', ctrlD],
  ])('writes nothing when %s ends it, whatever was asked', async (_name, key) => {
    await using place = await createSetupPlace()
    place.dingtalk.failNext('gettoken', { errcode: 60020 }, 100)
    const questions: [string, string][] = [
      [texts.kind.question, enter],
      [texts.publicUrl, enter],
      [texts.frontendUrl, enter],
      [texts.audience.question, enter],
      [texts.appId.oauth2, APP.id + enter],
      [texts.appSecret.oauth2, APP.secret + enter],
      [texts.corpId, enter],
      [texts.trial.next.question, enter],
    ]
    for (const [last] of questions.entries()) {
      const { terminal, ended } = place.sitDown()
      for (const [n, [question, keys]] of questions.slice(0, last + 1).entries())
        await terminal.answer(question, n === last ? key : keys)
      expect(await ended).toBe(1)
      expect(terminal.printed).toContain(texts.stopped)
      expect(readdirSync(place.directory)).toEqual([])
    }
  })

  it('stops while DingTalk has not answered yet', async () => {
    await using place = await createSetupPlace()
    place.dingtalk.failNext('userAccessToken', 'hang')
    const asked = place.dingtalk.nextCall('userAccessToken')
    const { terminal, stop, ended } = place.sitDown()
    await begin(terminal, 'en')
    await giveCredentials(terminal, 'en')
    await asked
    stop.abort()
    expect(await ended).toBe(1)
    expect(readdirSync(place.directory)).toEqual([])
  })

  it('tries the emulator of this machine without asking for credentials', async () => {
    await using place = await createSetupPlace()
    const { terminal, ended } = place.sitDown({ environment: {} })
    await terminal.answer(texts.kind.question, down, down, enter)
    await terminal.answer(texts.publicUrl, enter)
    await terminal.answer(texts.frontendUrl, enter)
    await terminal.shown('npx dingtalk-login emulator')
    expect(await ended).toBe(0)
    expect(place.written()).toMatchObject({ DINGTALK_APP_ID: APP.id, DINGTALK_API_URL: place.dingtalk.url })
  })

  it('begins with the emulator where it was named beforehand', async () => {
    await using place = await createSetupPlace()
    const { terminal, ended } = place.sitDown({ environment: {}, prefersEmulator: true })
    await terminal.answer(texts.kind.question, enter)
    await terminal.answer(texts.publicUrl, enter)
    await terminal.answer(texts.frontendUrl, enter)
    expect(await ended).toBe(0)
    expect(place.written()).toMatchObject({ DINGTALK_APP_ID: APP.id })
  })

  it('names the full-width character that keeps an address from being one', async () => {
    await using place = await createSetupPlace()
    const { terminal, stop, ended } = place.sitDown({ language: 'zh' })
    await terminal.answer(setupTexts.zh.kind.question, enter)
    await terminal.answer(setupTexts.zh.publicUrl, 'http：//localhost', enter)
    await terminal.shown('请填写以 http:// 或 https:// 开头的地址；含有全角字符 ：，请改为 :')
    stop.abort()
    expect(await ended).toBe(1)
  })

  it('keeps within 80 columns what it says itself', async () => {
    await using place = await createSetupPlace()
    place.dingtalk.failNext('gettoken', { errcode: 60020 })
    for (const language of ['en', 'zh'] as const) {
      const { terminal, stop, ended } = place.sitDown({ language })
      await begin(terminal, language)
      await giveCredentials(terminal, language, 'wrong')
      await terminal.shown(setupTexts[language].trial.next.question)
      stop.abort()
      await ended
      const long = terminal.printed.split('\n').filter((line) => !line.includes('█') && stringWidth(line) > 80)
      expect(long).toEqual([])
    }
  })
})

const hasPython = (() => {
  try {
    execFileSync('python3', ['-c', 'import pty'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()
if (!hasPython) console.log('skipped: setup in a pseudo terminal; python3 with its module pty runs it')

describe.runIf(hasPython)('setup in a pseudo terminal', () => {
  const PROGRAM = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
  const DRIVER = fileURLToPath(new URL('support/pseudo-terminal.py', import.meta.url))

  async function drive(directory: string, env: Record<string, string>, answers: [string, string][]) {
    const args = [DRIVER, JSON.stringify(answers), process.execPath, PROGRAM, 'setup']
    await using command = new Command('python3', {
      env: { PATH: process.env.PATH ?? '', LANG: 'zh_CN.UTF-8', ...env },
      ...{ args, cwd: directory },
    })
    const exitCode = await command.ended()
    return { exitCode, output: command.output }
  }

  it('asks for the language first, masks the secret, and writes the file', async () => {
    await using place = await createSetupPlace()
    const { en } = setupTexts
    const { exitCode, output } = await drive(place.directory, place.hosts, [
      ['Language', down + enter],
      [en.kind.question, enter],
      [en.publicUrl, enter],
      [en.frontendUrl, enter],
      [en.audience.question, enter],
      [en.appId.oauth2, APP.id + enter],
      [en.appSecret.oauth2, APP.secret + enter],
      [en.corpId, enter],
    ])
    expect(output).toContain('npx dingtalk-login start')
    expect(output).not.toContain(APP.secret)
    expect(exitCode).toBe(0)
    expect(place.written()).toMatchObject({ DINGTALK_APP_SECRET: APP.secret })
    expect(statSync(path.join(place.directory, '.env')).mode & 0o777).toBe(0o600)
  })

  it('ends with 1 and a word on Ctrl-C, also while DingTalk is asked', async () => {
    await using place = await createSetupPlace()
    const { zh } = setupTexts
    const first = await drive(place.directory, place.hosts, [['Language', ctrlC]])
    expect(first).toMatchObject({ exitCode: 1, output: expect.stringContaining(zh.stopped) })
    place.dingtalk.failNext('userAccessToken', 'hang')
    const second = await drive(place.directory, place.hosts, [
      ['Language', enter],
      [zh.kind.question, enter],
      [zh.publicUrl, enter],
      [zh.frontendUrl, enter],
      [zh.audience.question, enter],
      [zh.appId.oauth2, APP.id + enter],
      [zh.appSecret.oauth2, APP.secret + enter],
      [zh.corpId, enter],
      [zh.trial.asking, ctrlC],
    ])
    expect(second).toMatchObject({ exitCode: 1, output: expect.stringContaining(zh.stopped) })
    expect(readdirSync(place.directory)).toEqual([])
  })
})

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { runCompiled } from './support/command.js'
import { createWorld, SAME_SITE } from './support/world.js'

const hasModes = process.platform !== 'win32' && !process.env.TEST_DATABASE_URL
const SETPRIV = '/usr/bin/setpriv'
const canLoseRights = process.getuid?.() === 0 && existsSync(SETPRIV)
if (hasModes && !canLoseRights)
  console.log('skipped: an SQLite file of another user is tried where the tests run as root and setpriv is installed')
const NOBODY = 65_534

const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8)
const filesOf = (file: string) => [file, `${file}-wal`, `${file}-shm`]

describe.runIf(hasModes)('an SQLite file', () => {
  let directory = ''
  let file = ''
  let umask = 0

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    file = path.join(directory, 'data', 'login.db')
    // As open as it gets: nothing but the program itself closes its files.
    umask = process.umask(0)
  })
  afterEach(() => {
    process.umask(umask)
    rmSync(directory, { recursive: true })
  })

  it('and what lies beside it are read by their owner alone, in a folder that is their owner’s', async () => {
    await using world = await createWorld({ DATABASE_URL: `file:${file}` })
    await world.browser().logIn()
    expect(filesOf(file).map(modeOf)).toEqual(['600', '600', '600'])
    expect(modeOf(path.dirname(file))).toBe('700')
  })

  it('that was open to others is closed at the next start; a folder that was there stays as it is', async () => {
    mkdirSync(path.dirname(file))
    const first = await openDatabase(`file:${file}`)
    // It is still in use, so that all its files are there.
    for (const each of filesOf(file)) chmodSync(each, 0o644)
    const second = await openDatabase(`file:${file}`)
    expect(filesOf(file).map(modeOf)).toEqual(['600', '600', '600'])
    expect(modeOf(path.dirname(file))).toBe('777')
    await second.close()
    await first.close()
  })

  it('behind a link is closed to others with what lies beside it', async () => {
    mkdirSync(path.dirname(file))
    const first = await openDatabase(`file:${file}`)
    for (const each of filesOf(file)) chmodSync(each, 0o644)
    const link = path.join(directory, 'link.db')
    symlinkSync(file, link)
    const second = await openDatabase(`file:${link}`)
    expect(filesOf(file).map(modeOf)).toEqual(['600', '600', '600'])
    await second.close()
    await first.close()
  })

  it('changes nothing of another file that a link beside it leads to', async () => {
    mkdirSync(path.dirname(file))
    const other = path.join(directory, 'other.txt')
    writeFileSync(other, '')
    chmodSync(other, 0o644)
    symlinkSync(other, `${file}-shm`)
    await openDatabase(`file:${file}`).then(
      (database) => database.close(),
      () => {},
    )
    expect(modeOf(other)).toBe('644')
  })

  it.runIf(canLoseRights)('of another user, open to all, is used with a warning', async () => {
    mkdirSync(path.dirname(file))
    writeFileSync(file, '')
    chownSync(file, NOBODY, NOBODY)
    await using world = await createWorld()
    await using server = runCompiled('start', {
      env: { ...world.settings, ...SAME_SITE, DATABASE_URL: `file:${file}` },
      // Root that may not change what is another's. It can still read a checkout that is closed to other users.
      launcher: [SETPRIV, '--bounding-set=-fowner'],
    })
    await server.printed(/"listening"/)
    const [line = ''] = server.output.split('\n')
    expect(JSON.parse(line)).toMatchObject({ level: 40, file, msg: expect.stringContaining('others can read') })
    expect(await server.stop('SIGINT')).toBe(0)
  })
})

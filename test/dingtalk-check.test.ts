import { describe, expect, it } from 'vitest'
import { checkDingTalk } from '../src/checks/dingtalk-check.js'
import { readConfig } from '../src/config/config.js'
import { startEmulator } from '../src/emulator/emulator.js'
import { defaultSettings } from './support/world.js'

describe('asking DingTalk whether all is set up', () => {
  it('ends when it is stopped, without waiting for an answer', async () => {
    await using dingtalk = await startEmulator()
    dingtalk.failNext('getuserinfo_bycode', 'hang')
    const asked = dingtalk.nextCall('getuserinfo_bycode')
    const stop = new AbortController()
    const config = readConfig({ ...defaultSettings(dingtalk.url), DINGTALK_TIMEOUT: '60s' })
    const ask = async () => {
      const states: string[] = []
      for await (const { state } of checkDingTalk(config, stop.signal)) states.push(state)
      return states
    }
    const ended = ask()
    await asked
    stop.abort()
    expect(await ended).toEqual(['fault'])
    expect(dingtalk.journal().map(({ call }) => call)).not.toContain('getbyunionid')
  })
})

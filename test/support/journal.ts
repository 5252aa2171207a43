import type { ApiCall, Emulator } from '../../src/emulator/emulator.js'

interface Journalled {
  dingtalk: Pick<Emulator, 'journal'>
}

/** How often DingTalk was asked by this call. */
export function asked({ dingtalk }: Journalled, call: ApiCall): number {
  return dingtalk.journal().filter((entry) => entry.call === call).length
}

/** How often DingTalk was asked who a code stands for, in either flow. */
export function exchanges(world: Journalled): number {
  return asked(world, 'getuserinfo_bycode') + asked(world, 'userAccessToken')
}

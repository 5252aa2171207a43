/** The one app the emulator knows: good for both login flows and for the directory. */
export const APP = {
  id: 'dingemulator',
  secret: 'emulator-secret',
  corpId: 'ding0123456789abcdefemulator',
} as const

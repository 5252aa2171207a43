/** The emulator's one application, good for both login flows and for the directory. */
export const APP = {
  id: 'dingemulator',
  secret: 'emulator-secret',
  corpId: 'ding0123456789abcdefemulator',
} as const

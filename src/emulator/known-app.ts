import { EMULATOR_APP } from '../config/credentials.js'

/** The emulator's one application, good for both login flows and for the directory. */
export const APP = {
  ...EMULATOR_APP,
  corpId: 'ding0123456789abcdefemulator',
} as const

import {
  applicationLogins,
  beginnings,
  loginsOfNewPeople,
  loginsOfReturningPeople,
  marks,
  questionsWhoIAm,
  verifications,
  verificationsForHost,
  verificationsWithGroups,
} from './operations.js'
import type { Operation } from './rounds.js'
import type { Site, SiteName } from './site.js'

export interface Scenario {
  sites: readonly SiteName[]
  prepare(site: Site): Promise<Operation>
  /** Another operation of the same servers in the same rounds, with its name in the report. */
  beside?: { name: string; prepare(site: Site): Promise<Operation> }
  /** How long DingTalk takes for a call. */
  dingTalkMs?: number
}

const LOGIN_SITES = ['server', 'limit', 'passport', 'typical'] as const
const OAUTH2_SITES = ['server-oauth2', 'passport-oauth2'] as const
const ALL_SITES = [...LOGIN_SITES, 'constant'] as const

/** The scenarios with their references. */
export const scenarios: Record<string, Scenario> = {
  login: { sites: LOGIN_SITES, prepare: loginsOfReturningPeople },
  'login-new': { sites: LOGIN_SITES, prepare: loginsOfNewPeople },
  'login-oauth2': { sites: OAUTH2_SITES, prepare: loginsOfReturningPeople },
  'login-oauth2-new': { sites: OAUTH2_SITES, prepare: loginsOfNewPeople },
  ding_url: { sites: LOGIN_SITES, prepare: beginnings },
  me: { sites: ALL_SITES, prepare: questionsWhoIAm },
  verify: { sites: ALL_SITES, prepare: verifications },
  'verify-app': {
    sites: ['server-groups'],
    prepare: verificationsForHost,
    beside: { name: 'verify-groups', prepare: verificationsWithGroups },
  },
  application: { sites: ['server', 'bare-openid'], prepare: applicationLogins },
  'login-slow': { sites: LOGIN_SITES, prepare: loginsOfReturningPeople, dingTalkMs: 80 },
}

const POSTGRESQL_SITES = ['server-postgresql', 'limit-postgresql', 'passport-postgresql'] as const

/** Those of `--postgresql`. The server on SQLite shows what a check costs that need not ask over a line. */
export const postgresqlScenarios: Record<string, Scenario> = {
  login: { sites: POSTGRESQL_SITES, prepare: loginsOfReturningPeople },
  'login-new': { sites: POSTGRESQL_SITES, prepare: loginsOfNewPeople },
  me: { sites: POSTGRESQL_SITES, prepare: questionsWhoIAm },
  verify: { sites: [...POSTGRESQL_SITES, 'server'], prepare: verifications },
  'verify-mark': { sites: ['server-postgresql'], prepare: marks },
  'login-slow': { sites: ['server-postgresql'], prepare: loginsOfReturningPeople, dingTalkMs: 80 },
}

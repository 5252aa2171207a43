import type { Report } from '../report.js'
import type { Costs } from './company.js'

/** What no measurement of CPU time says: a disk's commit, and DingTalk's time for a call. */
const ASSUMED = { commitMs: 1, dingtalkMs: 80 }

/** From `npm run bench -- --postgresql --scenario login --scenario verify --scenario verify-mark --rounds 3 --duration 3`. */
export const measured: Costs = {
  login: { processMs: 1.66, databaseMs: 0.46 },
  check: { processMs: 0.232, databaseMs: 0.087 },
  mark: { processMs: 0.112, databaseMs: 0.151 },
  hitMs: 0.158,
  ...ASSUMED,
}

/** From a report of `--postgresql --json`. */
export function costsOf({ results }: Pick<Report, 'results'>): Costs {
  const of = (scenario: string, site = 'server-postgresql') => {
    const result = results.find((one) => one.scenario === scenario && one.site === site)
    if (!result) throw new Error(`the report has no ${scenario} of ${site}: it has to be one of --postgresql --json`)
    return { processMs: result.cpuMs, databaseMs: result.databaseCpuMs ?? 0 }
  }
  const [check, marked] = [of('verify'), of('verify-mark')]
  const beyond = (name: 'processMs' | 'databaseMs') => Math.max(0, marked[name] - check[name])
  return {
    login: of('login'),
    check,
    mark: { processMs: beyond('processMs'), databaseMs: beyond('databaseMs') },
    hitMs: of('verify', 'server').processMs,
    ...ASSUMED,
  }
}

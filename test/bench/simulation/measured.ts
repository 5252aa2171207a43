import type { Report } from '../report.js'
import type { Costs } from './company.js'

/** What no measurement of CPU time says: a disk's commit, and DingTalk's time for a call. */
const ASSUMED = { commitMs: 1, dingtalkMs: 80 }

/** From the command of docs/scaling.md: the costs of one process on two cores that others used as well. */
export const measured: Costs = {
  login: { processMs: 1.48, databaseMs: 0.5 },
  check: { processMs: 0.3, databaseMs: 0.117 },
  mark: { processMs: 0.095, databaseMs: 0.177 },
  hitMs: 0.153,
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

import { z } from 'zod'
import type { DingTalkClient } from './client.js'
import type { DirectoryCalls } from './directory-calls.js'
import { userid } from './directory-fields.js'
import { list } from './read-event.js'

const PAGE = 50
/** Ten thousand leavers: more are found by the rechecks. */
const MAX_PAGES = 200

interface Options {
  client: Pick<DingTalkClient, 'api'>
  calls: Pick<DirectoryCalls, 'withToken'>
  apiUrl: string
}

/** https://open.dingtalk.com/document/development/obtains-the-resignation-record-list */
const response = z
  .looseObject({})
  // An answer that has neither is about something else: it does not say that nobody has left.
  .refine((answer) => Array.isArray(answer.records) || 'nextToken' in answer, 'has no records')
  .pipe(
    z.object({
      records: list(z.object({ userId: userid })),
      nextToken: z
        .union([z.string(), z.number()])
        .nullish()
        .transform((token) => String(token ?? '')),
    }),
  )

/** DingTalk's record of those who left. */
export class LeaveRecords {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  /**
   * The directory's names for those who have left since then, by DingTalk's clock.
   * @throws {DingTalkError}
   */
  async since(time: Date): Promise<string[]> {
    const userids = new Set<string>()
    let nextToken = '0'
    for (let page = 0; page < MAX_PAGES; page++) {
      const answer = await this.#page(time, nextToken)
      for (const { userId } of answer.records) userids.add(userId)
      if (answer.nextToken === '' || answer.nextToken === nextToken) break
      nextToken = answer.nextToken
    }
    return [...userids]
  }

  #page(since: Date, nextToken: string) {
    const { client, calls, apiUrl } = this.#options
    const url = new URL('/v1.0/contact/empLeaveRecords', apiUrl)
    url.search = new URLSearchParams({ startTime: timeOf(since), nextToken, maxResults: String(PAGE) }).toString()
    return calls.withToken((token) =>
      client.api({
        call: 'empLeaveRecords',
        method: 'GET',
        url,
        headers: { 'x-acs-dingtalk-access-token': token },
        response,
      }),
    )
  }
}

/** In whole seconds, as in DingTalk's documents: the one that has begun. */
function timeOf(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z')
}

import type { DingTalkProfile } from './ports.js'

/** The DingTalk client's own login: a page inside of it gets a code without a scan. */
export interface ClientLogin {
  /**
   * Spends the client's code, once. What DingTalk says for it is no more than who it is, and the directory's name.
   * @throws {DingTalkError} `not_permitted` where the organisation's application is not visible to the person
   */
  profileFor(code: string): Promise<DingTalkProfile>
}

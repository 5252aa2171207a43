import type { Group } from './group.js'
import { GroupIndex, type Reason } from './group-index.js'
import type { ListedUser } from './ports.js'

/** Somebody who is in a group. */
export interface Member {
  user: ListedUser
  /** Why; where they are in another group, then why they are in that. */
  because: Reason[]
}

/** Those of these people who are in a group, by what the directory said of them last, page by page. */
export async function* membersOf(
  name: string,
  groups: readonly Group[],
  people: AsyncIterable<ListedUser[]>,
): AsyncGenerator<Member[]> {
  const index = new GroupIndex(groups)
  for await (const page of people) {
    const members = page.flatMap((user): Member[] => {
      if (user.profile === null) return []
      const reasons = index.reasonsFor({ userid: user.userid, profile: user.profile })
      return reasons.has(name) ? [{ user, because: wayTo(name, reasons) }] : []
    })
    if (members.length > 0) yield members
  }
}

/** The reason, and the reason for it where it is another group. */
function wayTo(name: string, reasons: ReadonlyMap<string, Reason>): Reason[] {
  const way: Reason[] = []
  let reason = reasons.get(name)
  while (reason !== undefined) {
    way.push(reason)
    reason = reason.kind === 'group' ? reasons.get(String(reason.id)) : undefined
  }
  return way
}

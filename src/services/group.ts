/** Who is in a group: whoever fits one of these. All ids are DingTalk's. */
export interface GroupRules {
  /** `below`: those in the departments below it, too. */
  departments: { id: number; below: boolean }[]
  roles: number[]
  userids: string[]
  /** The names of other groups, whose people are in this one. */
  groups: string[]
}

/** People by rules, for whom applications are. */
export interface Group extends GroupRules {
  /** ASCII, and unique. */
  name: string
  createdAt: Date
}

/** The groups' rows, and how servers learn that these or the applications' have changed. */
export interface GroupRows {
  /** By their names. */
  list(): Promise<Group[]>
  /** Another number with each change of a group or an application; by one prepared statement. */
  revision(): Promise<number>
}

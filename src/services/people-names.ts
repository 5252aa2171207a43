/** What people are called, where a list names them by their ids. */
export interface NamedPerson {
  id: string
  username: string
  nick: string
}

export interface PeopleNames {
  /** Those of these ids who are still there. @throws {AppError} `service_unavailable` */
  byIds(ids: readonly string[]): Promise<NamedPerson[]>
  /** Those whose unionid or directory userid is among these. @throws {AppError} `service_unavailable` */
  byDirectoryIds(ids: readonly string[]): Promise<(NamedPerson & { unionId: string; userid: string | null })[]>
  /**
   * The first people whom this text names: the one with this id, unionid, username or handle, else those in whose names it stands.
   * @throws {AppError} `service_unavailable`
   */
  search(text: string, limit: number): Promise<NamedPerson[]>
}

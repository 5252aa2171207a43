import type { DirectoryIds } from '../../services/handle-rows.js'

/** How a promise may name this person. */
export function directoryIds({ unionId, userid }: DirectoryIds): [string, string] {
  return [unionId, userid ?? unionId]
}

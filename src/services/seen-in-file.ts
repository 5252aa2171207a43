import type { Fault } from './faults.js'
import type { TransferLine } from './people-transfer.js'

/** Which line of a file has named what: two people cannot have the same. */
export class SeenInFile {
  readonly #lines = new Map<string, number>()

  /** What of this line an earlier one has. */
  note(number: number, line: TransferLine): Fault[] {
    return keysOf(line).flatMap(({ path, key }) => {
      const before = this.#lines.get(key)
      if (before === undefined) this.#lines.set(key, number)
      return before === undefined || before === number ? [] : [{ path, problem: `stands in line ${before} already` }]
    })
  }
}

/** A username and a handle of one line may be the same. */
function keysOf(line: TransferLine): { path: string; key: string }[] {
  if (line.is === 'former') return [{ path: 'former', key: `former ${line.hash}` }]
  const name = (path: string, text: string | undefined) => (text === undefined ? [] : [{ path, key: `name ${text}` }])
  if (line.is === 'promise')
    return [{ path: 'promisedTo', key: `promise ${line.person}` }, ...name('handle', line.handle)]
  const { unionId, id, username, handle, workEmails = [] } = line
  return [
    { path: 'unionId', key: `unionId ${unionId}` },
    ...(id === undefined ? [] : [{ path: 'id', key: `id ${id}` }]),
    ...name('username', username),
    ...name('handle', handle),
    ...workEmails.map((address, n) => ({ path: `workEmails[${n}]`, key: `email ${address}` })),
  ]
}

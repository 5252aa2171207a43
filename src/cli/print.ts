import { pipeline } from 'node:stream/promises'

/** A command's answer, for people and for programs. */
export interface Result {
  text: string
  json: unknown
}

/** Prints the one form or the other. */
export function printResult({ text, json }: Result, asJson: boolean): void {
  if (asJson) printJson(json)
  else console.log(text)
}

/** Prints the one document of a command, for programs. */
export function printJson(json: unknown): void {
  console.log(JSON.stringify(json, null, 2))
}

/** How a stream says that nobody reads it any more. */
const UNREAD = ['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_UNABLE_TO_PIPE', 'ERR_STREAM_PREMATURE_CLOSE']

/** Waits for whoever reads; one who has seen enough, such as `head`, ends it. */
export async function printAll(texts: AsyncIterable<string>): Promise<void> {
  await pipeline(texts, process.stdout, { end: false }).catch((error: Error & { code?: string }) => {
    if (!UNREAD.includes(error.code ?? '')) throw error
  })
}

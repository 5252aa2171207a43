import { pipeline } from 'node:stream/promises'

/** A command's answer, for people and for programs. */
export interface Result {
  text: string
  json: unknown
}

/** Prints the one form or the other. */
export function printResult({ text, json }: Result, asJson: boolean): void {
  console.log(asJson ? JSON.stringify(json, null, 2) : text)
}

/** Waits for whoever reads; one who has seen enough, such as `head`, ends it. */
export async function printAll(texts: AsyncIterable<string>): Promise<void> {
  await pipeline(texts, process.stdout, { end: false }).catch((error: Error & { code?: string }) => {
    if (error.code !== 'EPIPE') throw error
  })
}

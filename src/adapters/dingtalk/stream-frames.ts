import { z } from 'zod'
import { parseJson } from './parse-json.js'

/** What a frame of the gateway asks for. */
export type Frame =
  | { is: 'ping'; reply: string }
  /** The gateway is about to close the connection. */
  | { is: 'disconnect' }
  | { is: 'event'; messageId: string; eventType: string; data: unknown }
  | { is: 'nothing' }

const text = z.union([z.string().max(256), z.number().transform(String)])
/** Its `data` is JSON as text. */
const frame = z.object({
  type: z.enum(['SYSTEM', 'EVENT']),
  headers: z.looseObject({ messageId: text, topic: text.optional(), eventType: text.optional() }),
  data: z.unknown(),
})

/** Reads a frame; one that is malformed, or that nobody knows, asks for nothing. */
export function readFrame(message: string): Frame {
  const read = frame.safeParse(parseJson(message))
  if (!read.success) return { is: 'nothing' }
  const { type, headers, data } = read.data
  const { messageId, topic, eventType = topic ?? '' } = headers
  if (type === 'EVENT')
    return { is: 'event', messageId, eventType, data: typeof data === 'string' ? parseJson(data) : data }
  if (topic === 'ping') return { is: 'ping', reply: JSON.stringify({ code: 200, headers, message: 'OK', data }) }
  return topic === 'disconnect' ? { is: 'disconnect' } : { is: 'nothing' }
}

/** The reply to an event: `LATER` asks for it again. */
export function eventReply(messageId: string, isDone: boolean): string {
  const data = JSON.stringify({ status: isDone ? 'SUCCESS' : 'LATER' })
  return JSON.stringify({ code: 200, headers: { contentType: 'application/json', messageId }, message: 'OK', data })
}

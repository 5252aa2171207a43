import type { ServerResponse } from 'node:http'

/** What error pages read: see `middleware/error-handler.ts`. */
const OURS = ['attempt', 'refusal', 'wanted']

/** Hides from us what the application keeps under our own names, and from it what we write there. */
export function ownLocals(res: ServerResponse & { locals?: object }): void {
  const names = OURS.map((name): [string, PropertyDescriptor] => [name, { value: undefined, writable: true }])
  res.locals = Object.create(res.locals ?? null, Object.fromEntries(names))
}

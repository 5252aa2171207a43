/** Durations are in milliseconds throughout; these are their units. */
export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The promise's value, or the other one where that takes longer. */
export async function withinOr<T>(promise: Promise<T>, withinMs: number, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), withinMs)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** The promise's value, or the other one where that takes longer. */
export async function firstOf<T>(promise: Promise<T>, withinMs: number, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), withinMs)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

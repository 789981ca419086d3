/** Waits for work that goes on by itself, but no longer than limitMs. Its failure is its own affair. */
export async function withLimit(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)))
  await Promise.race([work.catch(() => {}), limit])
  clearTimeout(timer)
}

/** Local time as a `datetime-local` field has it, to the second. */
export function toTimeInput(atMs: number): string {
  return new Date(atMs).toLocaleString('sv').replace(' ', 'T')
}

/** null: it is no time. */
export function parseTimeInput(text: string): number | null {
  const atMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? new Date(text).getTime() : NaN
  return Number.isNaN(atMs) ? null : atMs
}

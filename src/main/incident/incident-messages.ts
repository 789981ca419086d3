import type { Result } from '#core/errors'
import type { Incident } from '#core/snapshot/incident'
import type { LeavingPreview, RedactionChoice } from '#core/snapshot/redaction'
import type { Locale } from '#core/text/catalogue'

/** What the thread is asked to do: a name, what goes in and what comes out. */
export interface IncidentJobs {
  read: [{ bytes: Uint8Array }, Incident]
  preview: [{ incident: Incident; redaction: RedactionChoice }, LeavingPreview]
  write: [
    { incident: Incident; redaction: RedactionChoice; locale: Locale; appVersion: string },
    /** program: what the first process is called in the file; null: there is none. */
    { bytes: Uint8Array; program: string | null },
  ]
}

export type IncidentJobName = keyof IncidentJobs

export type IncidentJob = {
  [Name in IncidentJobName]: { name: Name; params: IncidentJobs[Name][0] }
}[IncidentJobName]

export type FromIncidentWorker =
  { kind: 'progress'; share: number } | { kind: 'done'; result: Result<unknown> }

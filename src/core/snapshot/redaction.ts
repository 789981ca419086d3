/** What is taken out of an incident before it leaves; true: taken out. */
export interface RedactionChoice {
  /** Command-line arguments after the program's own name. */
  arguments: boolean
  hostNames: boolean
  userNames: boolean
  /** Of the file system, addresses of services among them. */
  paths: boolean
}

export const redactionKinds = [
  'arguments',
  'hostNames',
  'userNames',
  'paths',
] as const satisfies readonly (keyof RedactionChoice)[]

export const defaultRedaction: RedactionChoice = {
  arguments: true,
  hostNames: false,
  userNames: false,
  paths: false,
}

/** One text that a file would hold, as it would stand there. */
export interface LeavingText {
  kind:
    | keyof RedactionChoice
    | 'program'
    | 'version'
    | 'environment'
    | 'mark'
    | 'event'
    | 'label'
    | 'profile'
    | 'reading'
    | 'build'
    | 'top'
  /** pid of the process that it is of; null: of the host. */
  pid: number | null
  /** As it leaves; untrusted. */
  text: string
  /** Something was taken out of it. */
  isRedacted: boolean
}

/** What a file would hold, shown before it is made. */
export interface LeavingPreview {
  /** Each text once, at most 500. */
  texts: LeavingText[]
  /** How many more there are. */
  more: number
  samples: number
  profiles: number
  /** Raw readings of /proc, redacted by the same choice. */
  readings: number
}

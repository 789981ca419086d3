import type { BackendMethods } from '#core/ipc/contract'
import { AppError } from '#core/errors'

type HistoryMethods = Pick<
  BackendMethods,
  Extract<keyof BackendMethods, `${'history' | 'marks' | 'replay' | 'snapshot'}.${string}`>
>

function unsupported(): never {
  throw new AppError('unsupported', 'nothing is recorded here')
}

/** A backend that records nothing. */
export function createFakeHistory(): HistoryMethods {
  return {
    'history.targets': unsupported,
    'history.processes': unsupported,
    'history.series': unsupported,
    'history.events': unsupported,
    'history.top': unsupported,
    'history.stats': unsupported,
    'history.setRetention': unsupported,
    'history.profiles': unsupported,
    'history.open': unsupported,
    'replay.overview': unsupported,
    'replay.process': unsupported,
    'replay.verdict': unsupported,
    'replay.reading': unsupported,
    'replay.seek': unsupported,
    'snapshot.open': unsupported,
    'snapshot.preview': unsupported,
    'snapshot.export': unsupported,
    'snapshot.cancelExport': unsupported,
    'marks.list': unsupported,
    'marks.add': unsupported,
    'marks.remove': unsupported,
  }
}

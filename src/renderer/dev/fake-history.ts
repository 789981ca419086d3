import type { BackendMethods } from '#core/ipc/contract'
import { AppError } from '#core/errors'

type HistoryMethods = Pick<
  BackendMethods,
  Extract<keyof BackendMethods, `history.${string}` | `marks.${string}`>
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
    'history.top': unsupported,
    'history.stats': unsupported,
    'history.setRetention': unsupported,
    'marks.list': unsupported,
    'marks.add': unsupported,
    'marks.remove': unsupported,
  }
}

import { inject } from 'vue'
import { appClientKey, type AppClient } from './app-client'
import { backendConnectionKey, type BackendConnection } from './backend-connection'

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`${name} was not provided`)
  return value
}

/** For components and stores: works in setup and inside the setup of a Pinia store. */
export function useBackend(): BackendConnection {
  return required(inject(backendConnectionKey, undefined), 'the backend connection')
}

export function useAppClient(): AppClient {
  return required(inject(appClientKey, undefined), 'the app client')
}

import type { GoSource } from '../sampling/go-source'
import { createEndpointPoller } from './endpoint-poller'
import { readGoFacts } from './go-facts'

/** Go's own numbers of a live target, for its sampler. */
export const goSource: GoSource = { createEndpointPoller, readGoFacts }

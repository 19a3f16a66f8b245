import { breakingEventChange } from "./breaking-event-change.js";
import { chattyTrace } from "./chatty-trace.js";
import { coDeployedServices } from "./co-deployed-services.js";
import { cyclicServiceCalls } from "./cyclic-service-calls.js";
import { gatewayMissingAuth } from "./gateway-missing-auth.js";
import { gatewayMissingRateLimit } from "./gateway-missing-rate-limit.js";
import { lockstepChanges } from "./lockstep-changes.js";
import { meshMissingCircuitBreaker } from "./mesh-missing-circuit-breaker.js";
import { meshMissingTimeout } from "./mesh-missing-timeout.js";
import { missingCallTimeout } from "./missing-call-timeout.js";
import { missingCircuitBreaker } from "./missing-circuit-breaker.js";
import { missingOutbox } from "./missing-outbox.js";
import { missingSaga } from "./missing-saga.js";
import { missingUpcaster } from "./missing-upcaster.js";
import { nPlusOneCall } from "./n-plus-one-call.js";
import { nonIdempotentConsumer } from "./non-idempotent-consumer.js";
import { sharedBusinessLibrary } from "./shared-business-library.js";
import { sharedDatabase } from "./shared-database.js";
import { syncCallChain } from "./sync-call-chain.js";
import { unhandledDeadLetterQueue } from "./unhandled-dead-letter-queue.js";
import { unversionedEvent } from "./unversioned-event.js";
import type { Rule } from "./rule.js";

/** Every rule, sorted by id. A new rule is one file and one line here. */
export const rules: readonly Rule[] = [
  breakingEventChange,
  chattyTrace,
  coDeployedServices,
  cyclicServiceCalls,
  gatewayMissingAuth,
  gatewayMissingRateLimit,
  lockstepChanges,
  meshMissingCircuitBreaker,
  meshMissingTimeout,
  missingCallTimeout,
  missingCircuitBreaker,
  missingOutbox,
  missingSaga,
  missingUpcaster,
  nPlusOneCall,
  nonIdempotentConsumer,
  sharedBusinessLibrary,
  sharedDatabase,
  syncCallChain,
  unhandledDeadLetterQueue,
  unversionedEvent,
];

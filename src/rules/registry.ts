import { chattyTrace } from "./chatty-trace.js";
import { coDeployedServices } from "./co-deployed-services.js";
import { lockstepChanges } from "./lockstep-changes.js";
import { sharedDatabase } from "./shared-database.js";
import type { Rule } from "./rule.js";

/** Every rule, sorted by id. A new rule is one file and one line here. */
export const rules: readonly Rule[] = [
  chattyTrace,
  coDeployedServices,
  lockstepChanges,
  sharedDatabase,
];

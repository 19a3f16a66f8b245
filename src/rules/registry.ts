import type { Rule } from "./rule.js";

/** Every rule, sorted by id. A new rule is one file and one line here. */
export const rules: readonly Rule[] = [];

import { functionsOf } from "./look-up.js";
import type { SystemModel } from "../../model/model.js";

/** Names that say "many at once". */
const MANY = /batch|bulk|many|multi|by-?_?ids|ids\b|mget|lookup/i;

export interface BatchEndpoint {
  readonly operation: string;
  /** It says by its name that it takes many; else it is the collection that could be asked with a filter. */
  readonly named: boolean;
}

/** An endpoint of the called service that answers for many what the operation answers for one, if it has one. */
export function batchEndpoint(model: SystemModel, service: string, operation: string): BatchEndpoint | null {
  const offered = new Set(functionsOf(model, service).flatMap(({ entries }) => entries.map((entry) => entry.operation)));
  const candidates = [...offered].filter((other) => other !== operation).sort();
  const words = wordsOf(operation);
  const named = candidates.find((other) => MANY.test(other) && wordsOf(other).some((word) => words.includes(word)));
  if (named !== undefined) return { operation: named, named: true };
  const [verb = "", path = ""] = operation.split(" ");
  if (verb !== "GET" || !/\/:[^/]*$/.test(path)) return null;
  const collection = `GET ${path.replace(/\/:[^/]*$/, "")}`;
  return offered.has(collection) ? { operation: collection, named: false } : null;
}

/** The things that an operation's name is about, without verbs and parameters, singular. */
function wordsOf(operation: string): readonly string[] {
  return operation
    .replace(/^(GET|POST|PUT|PATCH|DELETE|ANY) /, "")
    .replace(/:[\w$]+/g, " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/)
    .map((word) => word.replace(/s$/, ""))
    .filter(
      (word) =>
        word.length > 2 && !/^(get|find|fetch|list|by|id|batch|bulk|many|multi|lookup|api|service|create|update|delete|check)$/.test(word),
    );
}

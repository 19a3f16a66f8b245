import type { CallSite, FunctionSummary } from "../../facts/source.js";
import type { LibraryPath } from "../code/denotation.js";
import { knowledgeAt, type Known } from "../libraries/knowledge.js";

/** How the toolkit's call that leaves the service is called. */
export const TOOLKIT_CALL = "proxy";

/**
 * `handler: (request, h) => h.proxy({ uri })`: the toolkit is the second parameter, mostly without a type, and the file
 * need not import the framework. The options of a proxied request are like no one else's.
 */
export function toolkitCall(
  { callee, args }: CallSite,
  { parameters }: FunctionSummary,
): { readonly known: Known; readonly path: LibraryPath } | null {
  if (callee.kind !== "member" || callee.property !== TOOLKIT_CALL || callee.object.kind !== "name") return null;
  const { name } = callee.object;
  const [options] = args;
  if (!parameters.some((one) => one.name === name && one.index === 1 && one.type === null && one.property === null)) return null;
  if (options?.kind !== "object" || !options.entries.some(({ key }) => key === "uri" || key === "mapUri")) return null;
  const path = "ResponseToolkit#proxy";
  const known = knowledgeAt("@hapi/hapi", path);
  return known === null ? null : { known, path: { module: "@hapi/hapi", subpath: "", path, calls: [], typeArgs: [], declared: true } };
}

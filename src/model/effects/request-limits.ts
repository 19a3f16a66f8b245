import type { Expr, SourceFact } from "../../facts/source.js";
import type { CallBound } from "../code.js";
import type { SourceFile } from "../code/denotation.js";
import type { Linking } from "./linking.js";
import { calleeName, eachPart } from "./sites.js";

const TIMED = /time_?out/i;

/**
 * Services that limit every request by an interceptor: `app.useGlobalInterceptors(new TimeoutInterceptor())`, or a
 * provider of `APP_INTERCEPTOR`. A call that hangs then keeps nobody waiting for longer.
 */
export function requestLimits(linking: Linking): ReadonlyMap<string, CallBound> {
  const limits = new Map<string, CallBound>();
  for (const file of linking.program.files) {
    if (file.service === null || limits.has(file.service)) continue;
    const limit = installedIn(file) ?? providedIn(file);
    if (limit !== null) limits.set(file.service, limit);
  }
  return limits;
}

function installedIn({ path, fact, outline }: SourceFile): CallBound | null {
  if (!outline.calls.includes("useGlobalInterceptors")) return null;
  const call = fact.functions
    .flatMap(({ calls }) => calls)
    .find(({ callee, args }) => calleeName(callee) === "useGlobalInterceptors" && args.some((arg) => isTimed(arg, fact)));
  return call === undefined ? null : { kind: "bounded", by: "an interceptor", place: { path, ...call.lines } };
}

function providedIn({ path, fact }: SourceFile): CallBound | null {
  for (const { decorators } of fact.classes) {
    for (const { name, args, line } of decorators) {
      const provided =
        name === "Module" ? args.flatMap((arg) => objectsIn(arg)).find((object) => isProvider(object) && isTimed(object, fact)) : undefined;
      if (provided === undefined) continue;
      const at = provided.entries[0]?.line ?? line;
      return { kind: "bounded", by: "an interceptor", place: { path, startLine: at, endLine: at } };
    }
  }
  return null;
}

type ObjectExpr = Extract<Expr, { kind: "object" }>;

function isProvider({ entries }: ObjectExpr): boolean {
  return entries.some(({ key, value }) => key === "provide" && value.kind === "name" && value.name === "APP_INTERCEPTOR");
}

function objectsIn(expr: Expr): readonly ObjectExpr[] {
  const found: ObjectExpr[] = [];
  eachPart(expr, (part) => {
    if (part.kind === "object") found.push(part);
    return true;
  });
  return found;
}

/** Whether an expression, or a factory in it, speaks of a timeout. */
function isTimed(expr: Expr, fact: SourceFact): boolean {
  let found = false;
  eachPart(expr, (part) => {
    if (part.kind === "name" && TIMED.test(part.name)) found = true;
    if (part.kind === "function") found ||= (fact.functions[part.id]?.returns ?? []).some((value) => isTimed(value, fact));
    return !found;
  });
  return found;
}

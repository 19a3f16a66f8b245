import type { CallBound } from "../code.js";
import type { Denotation } from "../code/denotation.js";
import type { CallSites, DirectSite } from "./direct.js";
import type { Linking } from "./linking.js";
import { requestLimits } from "./request-limits.js";
import { valuesAt } from "./values.js";
import type { InstanceDefaults } from "./bounds.js";

const LIMITS = ["timeout", "signal"];

/** Limits that are set for all calls of a service: `HttpModule.register({ timeout })`, `axios.defaults.timeout = 5000`, an interceptor. */
export function instanceDefaults(linking: Linking, sites: CallSites, direct: readonly DirectSite[]): InstanceDefaults {
  const bounds = new Map<string, CallBound>();
  const registrations = new Map<string, (CallBound | null)[]>();
  for (const site of direct) {
    const { knowledge } = site.known;
    if (knowledge.kind !== "defaults") continue;
    const key = keyOf(site.at.file.service, site.known.library);
    const call = sites.libraryCall(site.at, site.path, site.known, sites.scope(site.at));
    registrations.set(key, [
      ...(registrations.get(key) ?? []),
      limitIn(valuesAt(knowledge.options, call)[0] ?? (isMadeLater(knowledge.options) ? UNKNOWN : undefined), linking),
    ]);
  }
  for (const [key, found] of registrations) {
    // Which registration a class gets is the container's business: only when all agree is it sure.
    const bounded = found.find((bound) => bound?.kind === "bounded");
    if (found.every((bound) => bound?.kind === "bounded") && bounded !== undefined && bounded !== null) bounds.set(key, bounded);
    else if (found.some((bound) => bound !== null)) bounds.set(key, { kind: "unknown" });
  }
  for (const [key, bound] of assignedDefaults(linking)) bounds.set(key, bound);
  const ofRequests = requestLimits(linking);
  return {
    boundOf: (service, library) => bounds.get(keyOf(service, library)) ?? (service === null ? null : (ofRequests.get(service) ?? null)),
  };
}

const UNKNOWN: Denotation = { kind: "unknown", text: "", type: null, trail: [] };

/** `registerAsync({ useClass })`: what makes the options is not always a function that can be read. */
function isMadeLater(options: string): boolean {
  return options.endsWith("()");
}

function keyOf(service: string | null, library: string): string {
  return `${service ?? ""} ${library}`;
}

function limitIn(options: ReturnType<typeof valuesAt>[number] | undefined, linking: Linking): CallBound | null {
  if (options === undefined) return null;
  if (options.kind !== "object") return { kind: "unknown" };
  for (const name of LIMITS) {
    const entry = options.entries.get(name);
    if (entry === undefined) continue;
    const value = linking.program.denote(entry.value, entry.scope);
    if (value.kind === "number" && value.value <= 0) continue;
    return { kind: "bounded", by: name, place: { path: entry.scope.file.path, startLine: entry.line, endLine: entry.line } };
  }
  return options.open ? { kind: "unknown" } : null;
}

const ASSIGNED = /^axios\.defaults\.(timeout|signal)$/;

/** `axios.defaults.timeout = 5000` anywhere in a service holds for all calls of the module's own instance. */
function assignedDefaults(linking: Linking): ReadonlyMap<string, CallBound> {
  const bounds = new Map<string, CallBound>();
  for (const file of linking.program.files) {
    if (!file.outline.assigned.some((name) => ASSIGNED.test(name))) continue;
    for (const summary of file.fact.functions) {
      for (const local of summary.locals) {
        if (!ASSIGNED.test(local.name)) continue;
        bounds.set(keyOf(file.service, "axios"), {
          kind: "bounded",
          by: local.name,
          place: { path: file.path, startLine: local.line, endLine: local.line },
        });
      }
    }
  }
  return bounds;
}

import type { Denotation, Program, SourceFile } from "../code/denotation.js";
import type { Evidence, Place } from "../evidence.js";
import type { ServiceDirectory } from "../services.js";
import { schemasOf } from "./moleculer.js";
import { calleeName } from "./sites.js";
import { literalOf } from "./values.js";

const LOCAL = /^(localhost|127\.0\.0\.1|0\.0\.0\.0|\[?::1\]?)$/;

interface Listener {
  readonly service: string;
  readonly evidence: Evidence;
}

/**
 * The directory with the ports on which code listens: `app.listen(process.env.PORT || 3002)`. Where neither compose nor a
 * dotenv file says who is on `localhost:3002`, who listens there by default is.
 */
export function withPortsOfCode(services: ServiceDirectory, program: Program): ServiceDirectory {
  let listeners: ReadonlyMap<number, Listener | null> | null = null;
  return {
    ...services,
    at: (host, port, from) => {
      const found = services.at(host, port, from);
      if (found.kind !== "unknown" || port === null || !LOCAL.test(host)) return found;
      listeners ??= listenersOf(program);
      const listener = listeners.get(port);
      return listener == null ? found : { kind: "service", service: listener.service, evidence: [listener.evidence] };
    },
  };
}

/** By port; `null` where several services have the same one. */
function listenersOf(program: Program): ReadonlyMap<number, Listener | null> {
  const found = new Map<number, Listener | null>();
  for (const file of program.files) {
    const { service } = file;
    if (service === null) continue;
    for (const { port, line } of portsIn(file, program)) add(found, port, service, { path: file.path, startLine: line, endLine: line });
  }
  for (const { file, value } of schemasOf(program)) {
    // `settings: { port: process.env.PORT || 3001 }` of a Moleculer gateway.
    const settings = value.entries.has("settings") ? program.member(value, "settings") : null;
    const port = settings?.kind === "object" && settings.entries.has("port") ? portOf(program.member(settings, "port")) : null;
    const line = value.entries.get("settings")?.line ?? 1;
    if (port !== null) add(found, port, file.service!, { path: file.path, startLine: line, endLine: line });
  }
  return found;
}

function add(found: Map<number, Listener | null>, port: number, service: string, place: Place): void {
  const known = found.get(port);
  if (known === undefined) found.set(port, { service, evidence: { ...place, kind: "code", note: `\`${service}\` listens on port ${port}` } });
  else if (known !== null && known.service !== service) found.set(port, null);
}

function portsIn(file: SourceFile, program: Program): readonly { readonly port: number; readonly line: number }[] {
  return file.fact.functions.flatMap((summary) =>
    summary.calls.flatMap(({ callee, args: [first], lines }) => {
      if (callee.kind !== "member" || calleeName(callee) !== "listen" || first === undefined) return [];
      const value = program.denote(first, program.scopeOf(file, summary), { path: file.path, ...lines });
      const port = portOf(value.kind === "object" && value.entries.has("port") ? program.member(value, "port") : value);
      return port === null ? [] : [{ port, line: lines.startLine }];
    }),
  );
}

/** The number, or the one that a variable falls back to. */
function portOf(value: Denotation): number | null {
  if (value.kind === "choice") return value.options.map(portOf).find((port) => port !== null) ?? null;
  const [part] = value.kind === "text" ? value.parts : [];
  const text = part?.kind === "environment" && part.fallback !== null ? literalOf({ kind: "text", parts: part.fallback, trail: [] }) : literalOf(value);
  return text !== null && /^\d{2,5}$/.test(text) ? Number(text) : null;
}

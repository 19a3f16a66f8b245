import type { Denotation, Program, SourceFile } from "../code/denotation.js";
import type { Evidence, Place } from "../evidence.js";
import { schemasOf } from "./moleculer.js";
import { calleeName } from "./sites.js";
import { literalOf } from "./values.js";

const LOCAL = /^(localhost|127\.0\.0\.1|0\.0\.0\.0|\[?::1\]?)$/;

/** The ports on which code listens: `app.listen(process.env.PORT || 3002)`. */
export class CodePorts {
  readonly #program: Program;
  #listeners: Listeners | null = null;

  constructor(program: Program) {
    this.#program = program;
  }

  /**
   * Who listens on a port of this machine by default, where neither compose nor a dotenv file says it. Where the caller
   * itself does, or several others do, the port tells nothing.
   */
  at(host: string, port: number | null, from: string): { readonly service: string; readonly evidence: Evidence } | null {
    if (port === null || !LOCAL.test(host)) return null;
    this.#listeners ??= listenersOf(this.#program);
    const there = [...(this.#listeners.get(port) ?? [])];
    const [only] = there;
    return only === undefined || there.length > 1 || only[0] === from ? null : { service: only[0], evidence: only[1] };
  }
}

/** By port, then service. */
type Listeners = ReadonlyMap<number, ReadonlyMap<string, Evidence>>;

function listenersOf(program: Program): Listeners {
  const found = new Map<number, Map<string, Evidence>>();
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

function add(found: Map<number, Map<string, Evidence>>, port: number, service: string, place: Place): void {
  const there = found.get(port) ?? new Map<string, Evidence>();
  found.set(port, there);
  if (!there.has(service)) there.set(service, { ...place, kind: "code", note: `\`${service}\` listens on port ${port}` });
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
  const text =
    part?.kind === "environment" && part.fallback !== null
      ? literalOf({ kind: "text", parts: part.fallback, trail: [] })
      : literalOf(value);
  return text !== null && /^\d{2,5}$/.test(text) ? Number(text) : null;
}

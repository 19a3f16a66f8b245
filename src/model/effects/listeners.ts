import type { Denotation, Program, SourceFile } from "../code/denotation.js";
import type { Evidence } from "../evidence.js";
import { schemasOf } from "./moleculer.js";
import { calleeName } from "./sites.js";
import { literalOf } from "./values.js";

/** Code that listens on a port: `app.listen(process.env.PORT || 3002)`. */
export interface Listener {
  readonly port: number;
  readonly service: string;
  readonly evidence: Evidence;
}

export function listenersOf(program: Program): readonly Listener[] {
  const found: Listener[] = [];
  const add = (port: number, { path, service }: SourceFile, line: number): void => {
    const note = `\`${service}\` listens on port ${port}`;
    if (service !== null) found.push({ port, service, evidence: { path, startLine: line, endLine: line, kind: "code", note } });
  };
  for (const file of program.files) {
    if (file.service === null || !file.outline.calls.includes("listen")) continue;
    for (const { port, line } of portsIn(file, program)) add(port, file, line);
  }
  for (const { file, value } of schemasOf(program)) {
    // `settings: { port: process.env.PORT || 3001 }` of a Moleculer gateway.
    const settings = value.entries.has("settings") ? program.member(value, "settings") : null;
    const port = settings?.kind === "object" && settings.entries.has("port") ? portOf(program.member(settings, "port")) : null;
    if (port !== null) add(port, file, value.entries.get("settings")?.line ?? 1);
  }
  return found;
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

import type { EnvironmentVariable } from "../../facts/deployment.js";
import { variableEvidence, type ComposeEntry } from "../compose.js";
import type { Evidence } from "../evidence.js";
import { append, type FactTable } from "../fact-table.js";
import { interpolate } from "../interpolation.js";
import { joined } from "../paths.js";
import type { Declared } from "./declared.js";

/** The variables of every compose entry. Files of one directory add to each other, as `-f a.yml -f b.yml` does. */
export function composeVariables(table: FactTable, entries: readonly ComposeEntry[]): ReadonlyMap<ComposeEntry, readonly Declared[]> {
  const sharing = servicesByEnvFile(entries);
  const own = new Map(entries.map((entry) => [entry, ownVariables(table, entry, sharing)]));
  const families = new Map<string, ComposeEntry[]>();
  for (const entry of entries) append(families, entry.identity, entry);
  return new Map(
    entries.map((entry) => {
      const bases = (families.get(entry.identity) ?? []).filter(
        (base) => base !== entry && base.path !== entry.path && base.stage === "any" && entry.stage !== "any",
      );
      const names = new Set(own.get(entry)!.map(({ name }) => name));
      const inherited = bases.flatMap((base) => own.get(base)!.filter(({ name }) => !names.has(name)));
      return [
        entry,
        [...own.get(entry)!, ...inherited.map((variable) => ({ ...variable, group: groupOf(entry), inherited: true }))],
      ] as const;
    }),
  );
}

function groupOf(entry: ComposeEntry): string {
  return `${entry.path}#${entry.key}`;
}

function servicesByEnvFile(entries: readonly ComposeEntry[]): ReadonlyMap<string, ReadonlySet<string>> {
  const sharing = new Map<string, Set<string>>();
  for (const entry of entries) {
    for (const file of entry.service.envFiles) {
      const path = joined(entry.directory, interpolate(file, entry.names).text);
      if (path === null) continue;
      const services = sharing.get(path) ?? new Set();
      services.add(entry.identity);
      sharing.set(path, services);
    }
  }
  return sharing;
}

function ownVariables(table: FactTable, entry: ComposeEntry, sharing: ReadonlyMap<string, ReadonlySet<string>>): readonly Declared[] {
  const written = entry.service.environment.map((variable) => declared(entry, entry.path, variable, false, []));
  const taken = new Set(written.map(({ name }) => name));
  const fromFiles: Declared[] = [];
  // The last file wins, and `environment:` wins over all files.
  for (const file of [...entry.service.envFiles].reverse()) {
    const path = joined(entry.directory, interpolate(file, entry.names).text);
    if (path === null) continue;
    const evidence: Evidence = {
      path: entry.path,
      ...entry.service.lines,
      kind: "deployment",
      note: `gives \`${entry.key}\` its environment file`,
    };
    const read = envFile(table, path);
    for (const variable of read.variables) {
      if (taken.has(variable.name)) continue;
      taken.add(variable.name);
      fromFiles.push(
        declared(entry, read.path, variable, (sharing.get(path)?.size ?? 0) > 1, [{ ...evidence, endLine: evidence.startLine }]),
      );
    }
  }
  return [...written, ...fromFiles];
}

/** The file as named, or the example that stands for one that is not committed. */
function envFile(table: FactTable, path: string): { readonly path: string; readonly variables: readonly EnvironmentVariable[] } {
  for (const candidate of [path, `${path}.example`, `${path}.sample`, `${path}.template`]) {
    const facts = table.in(candidate, "env-file");
    if (facts.length > 0) return { path: candidate, variables: facts.flatMap((fact) => fact.variables) };
  }
  return { path, variables: [] };
}

function declared(entry: ComposeEntry, path: string, variable: EnvironmentVariable, shared: boolean, trail: readonly Evidence[]): Declared {
  // `- DB_HOST` without a value passes the project's own variable on.
  const filled = interpolate(variable.value ?? `\${${variable.name}}`, entry.names);
  return {
    name: variable.name,
    value: filled.text,
    complete: filled.complete,
    opaque: null,
    stage: entry.stage,
    origin: "deployment",
    group: groupOf(entry),
    scope: `compose:${entry.directory}`,
    shared,
    inherited: false,
    evidence: [variableEvidence(path, variable, `sets \`${variable.name}\` for \`${entry.key}\``), ...filled.evidence, ...trail],
  };
}

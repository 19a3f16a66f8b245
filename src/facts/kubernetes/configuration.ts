import type { EnvFileFact, EnvironmentVariable } from "../deployment.js";
import type { ConfigMapFact, SecretFact } from "../kubernetes.js";
import { entries, get, items, text, type YamlEntry } from "../yaml-node.js";
import type { Manifest } from "./object.js";

export function configMapOf(manifest: Manifest): ConfigMapFact {
  return { kind: "config-map", ...manifest.object, data: entries(get(manifest.body, "data")).flatMap(variableOf) };
}

function variableOf(data: YamlEntry): EnvironmentVariable[] {
  return data.value.kind === "scalar" ? [{ name: data.key, value: data.value.text, source: null, lines: data.lines }] : [];
}

/** The keys of a Secret, of a SealedSecret and of what an ExternalSecret will make. Values are not looked at. */
export function secretOf(manifest: Manifest): SecretFact {
  const name =
    text(get(manifest.spec, "target", "name")) ?? text(get(manifest.spec, "template", "metadata", "name")) ?? manifest.object.name;
  return { kind: "secret", ...manifest.object, name, keys: [...new Set(keysOf(manifest))].sort() };
}

function keysOf({ kind, body, spec }: Manifest): string[] {
  if (kind === "SealedSecret") {
    return entries(get(spec, "encryptedData")).map((it) => it.key);
  }
  if (kind === "ExternalSecret") {
    const listed = items(get(spec, "data")).flatMap((item) => text(get(item, "secretKey")) ?? []);
    const templated = entries(get(spec, "target", "template", "data")).map((it) => it.key);
    return [...listed, ...templated];
  }
  return [...entries(get(body, "data")), ...entries(get(body, "stringData"))].map((it) => it.key);
}

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]{0,120})=(.*)$/;

/** Texts in a ConfigMap that a container reads as a file of variables: `app.env`, or lines of `NAME=value` alone. */
export function embeddedEnvFiles(manifest: Manifest): EnvFileFact[] {
  return entries(get(manifest.body, "data")).flatMap((data) => {
    const written = data.value;
    if (written.kind !== "scalar" || !written.literal || data.key.endsWith(".properties")) {
      return [];
    }
    const lines = written.text.trimEnd().split("\n");
    const relevant = lines.filter((line) => line.trim() !== "" && !line.trim().startsWith("#"));
    if (relevant.length === 0 || !relevant.every((line) => ASSIGNMENT.test(line))) {
      return [];
    }
    const variables = lines.flatMap((line, index) => assignmentOf(line, written.lines.startLine + 1 + index));
    return [{ kind: "env-file" as const, lines: data.lines, variables }];
  });
}

function assignmentOf(line: string, number: number): EnvironmentVariable[] {
  const match = line.trim().startsWith("#") ? null : ASSIGNMENT.exec(line);
  if (match === null) {
    return [];
  }
  const value = match[2]!.trim().replace(/^(["'])(.*)\1$/, "$2");
  return [{ name: match[1]!, value, source: null, lines: { startLine: number, endLine: number } }];
}

import type { EnvironmentVariable } from "./deployment.js";
import type { Extraction, Extractor, SourceText } from "./facts.js";
import type { KustomizationFact } from "./kubernetes.js";
import { get, items, text, texts, type YamlNode } from "./yaml-node.js";
import { readYaml } from "./yaml.js";

export const kustomization: Extractor = {
  id: "kustomization",
  version: 1,
  accepts: (path) => /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(path),
  extract: readKustomization,
};

function readKustomization(source: SourceText): Extraction {
  const file = readYaml(source);
  const roots = file.documents.map((document) => document.root).filter((root) => root?.kind === "map");
  return { facts: roots.map(kustomizationOf), unreadable: file.problems };
}

function kustomizationOf(root: YamlNode): KustomizationFact {
  return {
    kind: "kustomization",
    lines: root.lines,
    resources: ["resources", "bases", "components"].flatMap((key) => texts(get(root, key))),
    patches: [
      ...[...items(get(root, "patches")), ...items(get(root, "patchesJson6902"))].flatMap((patch) => text(get(patch, "path")) ?? []),
      ...texts(get(root, "patchesStrategicMerge")).filter((patch) => !patch.includes("\n")),
    ],
    namespace: text(get(root, "namespace")),
    namePrefix: text(get(root, "namePrefix")) ?? "",
    nameSuffix: text(get(root, "nameSuffix")) ?? "",
    generators: [
      ...items(get(root, "configMapGenerator")).map((it) => generatorOf(it, "config-map")),
      ...items(get(root, "secretGenerator")).map((it) => generatorOf(it, "secret")),
    ],
  };
}

type Generator = KustomizationFact["generators"][number];

function generatorOf(generator: YamlNode, kind: Generator["kind"]): Generator {
  return {
    kind,
    name: text(get(generator, "name")) ?? "",
    literals: items(get(generator, "literals")).flatMap((literal) => literalOf(literal, kind)),
    envFiles: [...texts(get(generator, "envs")), ...texts(get(generator, "env"))],
    lines: generator.lines,
  };
}

/** `NAME=value`; of a Secret the name alone. */
function literalOf(node: YamlNode, kind: Generator["kind"]): EnvironmentVariable[] {
  const written = text(node);
  const equals = written?.indexOf("=") ?? -1;
  if (written === null || equals <= 0) {
    return [];
  }
  return [{ name: written.slice(0, equals), value: kind === "secret" ? null : written.slice(equals + 1), source: null, lines: node.lines }];
}

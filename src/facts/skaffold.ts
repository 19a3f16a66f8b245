import type { SkaffoldFact } from "./deployment.js";
import type { Extraction, Extractor, SourceText } from "./facts.js";
import type { YamlDocument } from "./yaml-document.js";
import { entries, get, items, text, texts, type YamlNode } from "./yaml-node.js";
import { readYaml } from "./yaml.js";

/** `skaffold.yaml`: the images that one run builds and the manifests that it applies. Of every schema version. */
export const skaffold: Extractor = {
  id: "skaffold",
  version: 1,
  accepts: (path) => /(?:^|\/)(?:[^/]*[._-])?skaffold(?:[._-][^/]*)?\.ya?ml$/i.test(path),
  extract: readSkaffold,
};

function readSkaffold(source: SourceText): Extraction {
  const { documents, problems } = readYaml(source);
  return { facts: documents.flatMap(skaffoldConfig), unreadable: problems };
}

function skaffoldConfig(document: YamlDocument): SkaffoldFact[] {
  const { root } = document;
  if (!text(get(root, "apiVersion"))?.startsWith("skaffold/")) {
    return [];
  }
  return [
    {
      kind: "skaffold",
      lines: document.lines,
      artifacts: items(get(root, "build", "artifacts")).flatMap(artifact),
      manifests: [
        ...manifests(get(root, "manifests")),
        ...manifests(get(root, "deploy")),
        ...texts(get(root, "deploy", "kubectl", "manifests")),
      ],
      requires: items(get(root, "requires")).flatMap((item) => [...texts(get(item, "path")), ...texts(get(item, "configs"))]),
    },
  ];
}

function artifact(node: YamlNode): SkaffoldFact["artifacts"][number][] {
  const image = text(get(node, "image"));
  const dockerfile = ["docker", "kaniko"].map((builder) => text(get(node, builder, "dockerfile"))).find((path) => path !== null) ?? null;
  return image === null ? [] : [{ image, context: text(get(node, "context")) ?? ".", dockerfile, lines: node.lines }];
}

/** `manifests:` has what `deploy:` had in older versions, one level higher. */
function manifests(section: YamlNode | undefined): string[] {
  const charts = ["helm", "helmCharts"].flatMap((key) => items(get(section, key, "releases")));
  return [
    ...texts(get(section, "rawYaml")),
    ...texts(get(section, "kustomize", "paths")),
    ...texts(get(section, "kustomize", "path")),
    ...charts.flatMap((release) => text(get(release, "chartPath")) ?? []),
    ...entries(get(section, "kpt")).flatMap(({ value }) => texts(value)),
  ];
}

import type { Extraction, Extractor, SourceText } from "./facts.js";
import type { HelmChartFact } from "./kubernetes.js";
import { get, items, text, texts, type YamlNode } from "./yaml-node.js";
import { readYaml } from "./yaml.js";

export const helmChart: Extractor = {
  id: "helm-chart",
  version: 2,
  accepts: (path) => /(?:^|\/)Chart\.ya?ml$/.test(path),
  extract: readChart,
};

function readChart(source: SourceText): Extraction {
  const file = readYaml(source);
  const roots = file.documents.map((document) => document.root);
  return { facts: roots.flatMap((root) => chartOf(root)), unreadable: file.problems };
}

function chartOf(root: YamlNode | null): HelmChartFact[] {
  const name = text(get(root, "name"));
  if (root === null || name === null) {
    return [];
  }
  const dependencies = items(get(root, "dependencies")).flatMap((dependency) => {
    const dependencyName = text(get(dependency, "name"));
    return dependencyName === null
      ? []
      : [
          {
            name: dependencyName,
            alias: text(get(dependency, "alias")),
            repository: text(get(dependency, "repository")),
            condition: text(get(dependency, "condition")),
            lines: dependency.lines,
          },
        ];
  });
  const origins = [...texts(get(root, "home")), ...texts(get(root, "sources"))].filter((origin) => /^https?:/.test(origin));
  return [{ kind: "helm-chart", lines: root.lines, name, library: text(get(root, "type")) === "library", origins, dependencies }];
}

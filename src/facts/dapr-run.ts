import type { ComposeFact, ComposeService, EnvironmentVariable } from "./deployment.js";
import type { Extraction, Extractor, SourceText } from "./facts.js";
import { entries, get, items, text, texts, type YamlNode } from "./yaml-node.js";
import { readYaml } from "./yaml.js";

/**
 * `dapr run -f`: the applications of a system on a developer's machine, each with its directory, as a compose file would
 * have them.
 */
export const daprRun: Extractor = {
  id: "dapr-run",
  version: 1,
  accepts: (path) => /(?:^|\/)(?:[\w-]+[._-])?dapr(?:[._-][\w-]+)?\.ya?ml$/i.test(path),
  extract: readDaprRun,
};

function readDaprRun(source: SourceText): Extraction {
  if (!/^apps\s*:/m.test(source.text)) return { facts: [], unreadable: [] };
  const { documents, problems } = readYaml(source);
  const facts = documents.flatMap(({ root, lines }): ComposeFact[] => {
    const common = variables(get(root, "common", "env"));
    const services = items(get(root, "apps")).flatMap((app) => application(app, common));
    return services.length === 0 ? [] : [{ kind: "compose", lines, project: null, includes: [], services }];
  });
  return { facts, unreadable: facts.length === 0 ? [] : problems };
}

function application(app: YamlNode, common: readonly EnvironmentVariable[]): readonly ComposeService[] {
  const directory = text(get(app, "appDirPath"));
  if (directory === null) return [];
  const own = variables(get(app, "env"));
  const named = new Set(own.map(({ name }) => name));
  const port = text(get(app, "appPort"));
  return [
    {
      name: text(get(app, "appID")) ?? directory.replace(/\/+$/, "").replace(/^.*\//, ""),
      lines: app.lines,
      image: null,
      build: { context: directory, dockerfile: null, target: null, args: [], lines: app.lines },
      containerName: null,
      hostname: null,
      aliases: [],
      environment: [...own, ...common.filter(({ name }) => !named.has(name))],
      envFiles: [],
      ports: port === null ? [] : [{ host: port, container: port }],
      command: texts(get(app, "command")).join(" ") || null,
      profiles: ["local"],
      extends: null,
      dependsOn: [],
    },
  ];
}

function variables(node: YamlNode | undefined): readonly EnvironmentVariable[] {
  return entries(node).flatMap(({ key, value, lines }) => {
    const given = text(value);
    return given === null ? [] : [{ name: key, value: given, source: null, lines }];
  });
}

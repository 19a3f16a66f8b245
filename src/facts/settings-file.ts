import type { Setting, SettingsFileFact } from "./configuration.js";
import type { Extraction, Extractor, SourceText } from "./facts.js";
import { readJson } from "./json.js";
import { readProperties } from "./properties.js";
import { isNull, type YamlNode } from "./yaml-node.js";
import { readYaml } from "./yaml.js";

type Flavour = SettingsFileFact["flavour"];

const FLAVOURS: readonly (readonly [RegExp, Flavour])[] = [
  [/(?:^|\/)(?:application|bootstrap)(?:[-.][^/]*)?\.(?:ya?ml|properties)$/, "spring"],
  [/(?:^|\/)appsettings(?:\.[^/]+)?\.json$/i, "dotnet"],
  [/(?:^|\/)(?:[^/]*[._-])?values(?:[._-][^/]*)?\.ya?ml$/, "helm-values"],
  // Beside a chart, or for an environment: `values/orders.yaml`.
  [/(?:^|\/)(?:helm-)?values\/(?:[^/]+\/)*[^/]+\.ya?ml$/, "helm-values"],
  // The files of node-config and its like.
  [
    /(?:^|\/)config\/(?:default|production|prod|staging|stage|development|dev|local|custom-environment-variables|settings|config)(?:[-.][^/]*)?\.(?:ya?ml|json5?|properties)$/,
    "other",
  ],
  // What a configuration server of Spring Cloud hands out: `config-repo/orders.yml`, `resources/config/orders-prod.properties`.
  [
    /(?:^|\/)(?:cloud-?)?(?:configs?|configurations?|shared)(?:[-_]?(?:repo|repository|files|data|store|server))?\/[\w.-]+\.(?:ya?ml|properties)$/i,
    "served",
  ],
];

/** Settings of Spring, .NET, Helm charts and node-config: every scalar by its dotted path. Values stay as written. */
export const settingsFile: Extractor = {
  id: "settings-file",
  version: 2,
  accepts: (path) => flavourOf(path) !== undefined && !/(?:^|\/)\w*schema\.json$/.test(path),
  extract: readSettings,
};

function flavourOf(path: string): Flavour | undefined {
  return FLAVOURS.find(([name]) => name.test(path))?.[1];
}

function readSettings(source: SourceText): Extraction {
  const flavour = flavourOf(source.path) ?? "other";
  return flavour === "served" ? springOnly(readFlavour(source, flavour)) : readFlavour(source, flavour);
}

/** Such a directory may hold anything: what does not speak of Spring is not for us to judge. */
function springOnly({ facts }: Extraction): Extraction {
  const kept = facts.flatMap((one) => {
    if (one.kind !== "settings-file") return [];
    const settings = one.settings.filter(({ key }) => key.startsWith("spring."));
    return settings.length === 0 ? [] : [{ ...one, settings }];
  });
  return { facts: kept, unreadable: [] };
}

function readFlavour(source: SourceText, flavour: Flavour): Extraction {
  if (source.path.endsWith(".properties")) {
    return readProperties(source.text, flavour);
  }
  if (/\.json5?$/i.test(source.path)) {
    const { root, problems } = readJson(source);
    return { facts: root === null ? [] : fact(flavour, root, root.lines), unreadable: problems };
  }
  const { documents, problems } = readYaml(source);
  // Each document of a Spring file is for a profile of its own; its settings say which.
  return { facts: documents.flatMap(({ root, lines }) => (root === null ? [] : fact(flavour, root, lines))), unreadable: problems };
}

function fact(flavour: Flavour, root: YamlNode, lines: SettingsFileFact["lines"]): SettingsFileFact[] {
  const settings: Setting[] = [];
  flatten(root, "", lines, settings);
  return settings.length === 0 ? [] : [{ kind: "settings-file", lines, flavour, settings }];
}

const MAX_SETTINGS = 20_000;
const MAX_KEY = 500;

/** `orders.env[0].name`: elements of a sequence by their index, as Spring spells them. */
function flatten(node: YamlNode, key: string, lines: SettingsFileFact["lines"], settings: Setting[]): void {
  if (settings.length >= MAX_SETTINGS || key.length > MAX_KEY) {
    return;
  }
  if (node.kind === "scalar") {
    if (key !== "" && !isNull(node)) {
      settings.push({ key, value: node.text, lines });
    }
    return;
  }
  if (node.kind === "sequence") {
    node.items.forEach((item, index) => flatten(item, `${key}[${index}]`, item.lines, settings));
    return;
  }
  for (const entry of node.entries) {
    flatten(entry.value, key === "" ? entry.key : `${key}.${entry.key}`, entry.lines, settings);
  }
}

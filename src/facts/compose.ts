import { composeServices } from "./compose-service.js";
import type { ComposeFact } from "./deployment.js";
import type { Extraction, Extractor, SourceText } from "./facts.js";
import type { YamlDocument } from "./yaml-document.js";
import { entries, entry, get, isNull, items, text, texts, type YamlEntry, type YamlNode } from "./yaml-node.js";
import { readYaml } from "./yaml.js";

const YAML = /\.ya?ml$/i;
const NAMED = /(?:^|[._-])(?:docker-?)?(?:compose|stack)(?:[._-]|$)/i;

/**
 * Compose and stack files of every version. A file that is not called so counts too when it has `services:` that are built
 * or have an image: any name can be given by `-f`.
 */
export const compose: Extractor = {
  id: "compose",
  version: 1,
  accepts: (path) => YAML.test(path),
  extract: readCompose,
};

function readCompose(source: SourceText): Extraction {
  const name = source.path.slice(source.path.lastIndexOf("/") + 1).replace(YAML, "");
  const isNamed = NAMED.test(name);
  if (!isNamed && !/^services\s*:/m.test(source.text)) {
    return { facts: [], unreadable: [] };
  }
  const { documents, problems } = readYaml(source);
  const facts = documents.flatMap((document) => composeDocument(document, isNamed));
  return { facts, unreadable: isNamed ? problems : [] };
}

function composeDocument(document: YamlDocument, isNamed: boolean): ComposeFact[] {
  const { root } = document;
  if (root?.kind !== "map" || entry(root, "apiVersion") !== undefined) {
    return [];
  }
  const declared = get(root, "services");
  const found =
    declared?.kind === "map" ? entries(declared).filter(isService) : isNamed && declared === undefined ? firstVersion(root) : [];
  const includes = isNamed ? items(get(root, "include")).flatMap(included) : [];
  const runs = found.some(({ value }) => runsSomething(value));
  if (!runs && includes.length === 0 && !(isNamed && found.length > 0)) {
    return [];
  }
  return [{ kind: "compose", lines: document.lines, project: text(get(root, "name")), includes, services: composeServices(found) }];
}

/** An override file may name a service with nothing, or take it away with `!reset`. */
function isService({ key, value }: YamlEntry): boolean {
  return !key.startsWith("x-") && (value.kind === "map" || isNull(value)) && value.tag !== "!reset";
}

function runsSomething(value: YamlNode): boolean {
  const image = get(value, "image");
  const build = get(value, "build");
  return text(image) !== null || text(build) !== null || build?.kind === "map" || get(value, "extends") !== undefined;
}

/** Before there was `services:`, the services were the top level. */
function firstVersion(root: YamlNode): readonly YamlEntry[] {
  const found = entries(root).filter(({ key, value }) => !key.startsWith("x-") && value.kind === "map" && runsSomething(value));
  return found.some(({ value }) => get(value, "Type") !== undefined) ? [] : found;
}

/** `- other.yml`, `- path: other.yml`, `- path: [base.yml, override.yml]`. */
function included(node: YamlNode): string[] {
  return node.kind === "map" ? texts(get(node, "path")) : texts(node);
}

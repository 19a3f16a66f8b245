import type { SourceText, Unreadable } from "../facts.js";
import { readJson } from "../json.js";
import type { YamlNode } from "../yaml-node.js";
import { readYaml } from "../yaml.js";

/** The first document of a YAML file, or a JSON file; with what could not be read. */
export function rootOf(source: SourceText): { readonly root: YamlNode | null; readonly problems: readonly Unreadable[] } {
  if (!/\.ya?ml$/i.test(source.path)) return readJson(source);
  const { documents, problems } = readYaml(source);
  return { root: documents[0]?.root ?? null, problems };
}

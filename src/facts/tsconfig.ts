import type { Extraction, Extractor, SourceText } from "./facts.js";
import { readJson } from "./json.js";
import type { TsConfigFact } from "./workspace.js";
import { entries, get, text, texts } from "./yaml-node.js";

/** `tsconfig.json` and its relatives (`tsconfig.base.json`, `jsconfig.json`): how import paths become files. */
export const tsconfig: Extractor = {
  id: "tsconfig",
  version: 1,
  accepts: (path) => /(?:^|\/)(?:tsconfig(?:[.-][^/]+)?|jsconfig)\.json$/.test(path),
  extract: readTsConfig,
};

function readTsConfig(source: SourceText): Extraction {
  const { root, problems } = readJson(source);
  if (root?.kind !== "map") {
    return { facts: [], unreadable: problems };
  }
  const options = get(root, "compilerOptions");
  const fact: TsConfigFact = {
    kind: "tsconfig",
    lines: root.lines,
    extends: texts(get(root, "extends")),
    baseUrl: text(get(options, "baseUrl")),
    paths: Object.fromEntries(entries(get(options, "paths")).map(({ key, value }) => [key, texts(value)])),
    rootDir: text(get(options, "rootDir")),
    outDir: text(get(options, "outDir")),
  };
  return { facts: [fact], unreadable: problems };
}

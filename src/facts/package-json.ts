import { readCommands } from "./deploy-command.js";
import type { Extraction, Extractor, SourceText } from "./facts.js";
import { readJson } from "./json.js";
import type { PackageFact, PackageScript } from "./workspace.js";
import { entries, flag, get, text, texts, type YamlEntry, type YamlNode } from "./yaml-node.js";

const DEPENDENCIES = ["optionalDependencies", "peerDependencies", "devDependencies", "dependencies"];

/** `package.json`: the package's name, what it needs, what it offers, its scripts. */
export const packageJson: Extractor = {
  id: "package-json",
  version: 1,
  accepts: (path) => /(?:^|\/)package\.json$/.test(path),
  extract: readPackage,
};

function readPackage(source: SourceText): Extraction {
  const { root, problems } = readJson(source);
  if (root?.kind !== "map") {
    return { facts: [], unreadable: problems };
  }
  const workspaces = get(root, "workspaces");
  const fact: PackageFact = {
    kind: "package",
    lines: root.lines,
    name: text(get(root, "name")),
    private: flag(get(root, "private")) === true,
    workspaces: texts(workspaces?.kind === "map" ? get(workspaces, "packages") : workspaces),
    // Those that run in production come last, so that their version stands.
    dependencies: Object.fromEntries(DEPENDENCIES.flatMap((section) => entries(get(root, section))).flatMap(pairOfTexts)),
    scripts: entries(get(root, "scripts")).flatMap(script),
    entries: Object.fromEntries(entryPoints(root)),
  };
  return { facts: [fact], unreadable: problems };
}

function pairOfTexts({ key, value }: YamlEntry): [string, string][] {
  const written = text(value);
  return written === null ? [] : [[key, written]];
}

function script({ key, value, lines }: YamlEntry): PackageScript[] {
  const command = text(value);
  if (command === null) {
    return [];
  }
  const reading = readCommands(command, { place: () => lines.startLine });
  return [{ name: key, command, deploys: reading.commands, calls: reading.calls, lines }];
}

/** `exports` wins over `module`, `main` and `types`, which all name the package itself. */
function entryPoints(root: YamlNode): [string, string][] {
  const found: [string, string][] = [];
  for (const key of ["types", "typings", "main", "module", "source"]) {
    const target = text(get(root, key));
    if (target !== null) {
      found.push([".", target]);
    }
  }
  const exported = get(root, "exports");
  const bySubpath = entries(exported).filter(({ key }) => key.startsWith("."));
  if (bySubpath.length === 0) {
    found.push(...target(exported).map((path): [string, string] => [".", path]));
  }
  for (const { key, value } of bySubpath) {
    found.push(...target(value).map((path): [string, string] => [key, path]));
  }
  return found;
}

/** Conditions in the order in which they lead to sources that can be read. */
const CONDITIONS = ["source", "development", "import", "module", "node", "default", "require", "types"];

function target(node: YamlNode | undefined, depth = 0): [string] | [] {
  if (node === undefined || depth > 8) {
    return [];
  }
  if (node.kind === "scalar") {
    const path = text(node);
    return path === null ? [] : [path];
  }
  if (node.kind === "sequence") {
    return target(node.items[0], depth + 1);
  }
  for (const condition of CONDITIONS) {
    const found = target(get(node, condition), depth + 1);
    if (found.length > 0) {
      return found;
    }
  }
  return target(node.entries[0]?.value, depth + 1);
}

import type { Extraction, Extractor, SourceText } from "./facts.js";
import { readJson } from "./json.js";
import type { WorkspaceFileFact } from "./workspace.js";
import { get, items, text, texts, type YamlNode } from "./yaml-node.js";
import { readYaml } from "./yaml.js";

type Tool = WorkspaceFileFact["tool"];

const TOOLS: ReadonlyMap<string, Tool> = new Map<string, Tool>([
  ["pnpm-workspace.yaml", "pnpm"],
  ["pnpm-workspace.yml", "pnpm"],
  ["lerna.json", "lerna"],
  ["nx.json", "nx"],
  ["turbo.json", "turbo"],
  ["turbo.jsonc", "turbo"],
  ["rush.json", "rush"],
]);

/** The files by which pnpm, Lerna, Nx, Turborepo and Rush say where the packages of a workspace are. */
export const workspaceFiles: Extractor = {
  id: "workspace-files",
  version: 1,
  accepts: (path) => toolOf(path) !== undefined,
  extract: readWorkspace,
};

function toolOf(path: string): Tool | undefined {
  return TOOLS.get(path.slice(path.lastIndexOf("/") + 1));
}

function readWorkspace(source: SourceText): Extraction {
  const tool = toolOf(source.path)!;
  const { root, problems } = tool === "pnpm" ? yamlRoot(source) : readJson(source);
  if (root?.kind !== "map") {
    return { facts: [], unreadable: problems };
  }
  return { facts: [{ kind: "workspace", lines: root.lines, tool, packages: packagesOf(tool, root) }], unreadable: problems };
}

function yamlRoot(source: SourceText): ReturnType<typeof readJson> {
  const { documents, problems } = readYaml(source);
  return { root: documents[0]?.root ?? null, problems };
}

function packagesOf(tool: Tool, root: YamlNode): string[] {
  if (tool === "rush") {
    return items(get(root, "projects")).flatMap((project) => text(get(project, "projectFolder")) ?? []);
  }
  if (tool === "nx") {
    return ["appsDir", "libsDir"].flatMap((key) => text(get(root, "workspaceLayout", key)) ?? []).map((directory) => `${directory}/*`);
  }
  return texts(get(root, "packages"));
}

import type { Extraction, Extractor, SourceText } from "./facts.js";
import { readJson } from "./json.js";
import type { ProjectFact } from "./workspace.js";
import { entries, entry, get, isNull, text, type YamlEntry, type YamlNode } from "./yaml-node.js";

/** Projects of Nx (`project.json`, the older `workspace.json`) and of Nest's monorepos (`nest-cli.json`). */
export const projectFiles: Extractor = {
  id: "project-files",
  version: 1,
  accepts: (path) => /(?:^|\/)(?:project|workspace|nest-cli|\.nest-cli|nest)\.json$/.test(path),
  extract: readProjects,
};

function readProjects(source: SourceText): Extraction {
  const { root, problems } = readJson(source);
  if (root?.kind !== "map") {
    return { facts: [], unreadable: problems };
  }
  const name = source.path.slice(source.path.lastIndexOf("/") + 1);
  const facts = name === "project.json" ? nxProject(root) : name === "workspace.json" ? nxWorkspace(root) : nest(root);
  return { facts, unreadable: problems };
}

function nxProject(root: YamlNode): ProjectFact[] {
  // Other tools have a project.json too.
  const isNx =
    ["projectType", "targets", "sourceRoot", "implicitDependencies"].some((key) => entry(root, key) !== undefined) ||
    /\bnx\b/.test(text(get(root, "$schema")) ?? "");
  return isNx
    ? [{ kind: "project", lines: root.lines, tool: "nx", name: text(get(root, "name")) ?? "", type: nxType(root), root: "." }]
    : [];
}

/** `projectType` may be left out: what is served or put into an image is an application. */
function nxType(project: YamlNode): ProjectFact["type"] {
  const written = text(get(project, "projectType"));
  if (written === "application" || written === "library") {
    return written;
  }
  const targets = [...entries(get(project, "targets")), ...entries(get(project, "architect"))].map(({ key }) => key);
  return targets.some((target) => /^(?:serve|container|docker|deploy)/.test(target)) ? "application" : "library";
}

/** Each project is a directory (with its own project.json), or stands here in full. */
function nxWorkspace(root: YamlNode): ProjectFact[] {
  return entries(get(root, "projects")).flatMap(({ key, value, lines }) => {
    const directory = text(get(value, "root"));
    return directory === null
      ? []
      : [{ kind: "project" as const, lines, tool: "nx" as const, name: key, type: nxType(value), root: directory }];
  });
}

function nest(root: YamlNode): ProjectFact[] {
  const projects = entries(get(root, "projects"));
  if (projects.length > 0) {
    return projects.map(nestProject);
  }
  const isNest = ["collection", "sourceRoot", "entryFile", "compilerOptions", "monorepo"].some((key) => !isNull(get(root, key)));
  return isNest
    ? [{ kind: "project", lines: root.lines, tool: "nest", name: "", type: "application", root: text(get(root, "root")) || "." }]
    : [];
}

function nestProject({ key, value, lines }: YamlEntry): ProjectFact {
  const sourceRoot = text(get(value, "sourceRoot"));
  const directory = text(get(value, "root")) ?? sourceRoot?.replace(/\/src$/, "") ?? key;
  return {
    kind: "project",
    lines,
    tool: "nest",
    name: key,
    type: text(get(value, "type")) === "library" ? "library" : "application",
    root: directory || ".",
  };
}

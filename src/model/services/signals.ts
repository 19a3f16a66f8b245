import type { ServerlessFunction } from "../../facts/deployment.js";
import type { Lines } from "../../facts/place.js";
import type { ComposeEntry } from "../compose.js";
import type { Evidence, EvidenceKind } from "../evidence.js";
import type { FactTable } from "../fact-table.js";
import { isGenericName, isStoreName, isToolName, nameKey } from "../identity.js";
import { knownAs, parseImage } from "../images.js";
import { meantDirectory } from "../meant-directory.js";
import { isTool, onlyMigrates } from "../migrating.js";
import { directoryOf, joined, lastSegment, upwards } from "../paths.js";
import { directoryOfBuild } from "./build-place.js";
import { codeDirectory } from "./code-place.js";
import type { Signal } from "./draft.js";
import type { SourceTree } from "./source-tree.js";

/** Compose services with a `build:` of code that is here. */
export function* composeSignals(
  table: FactTable,
  tree: SourceTree,
  entries: readonly ComposeEntry[],
): Generator<Signal & { readonly identity: string }> {
  for (const entry of entries) {
    if (entry.build === null || tree.isAside(entry.path) || isTool(entry, table)) continue;
    const directory = directoryOfBuild(table, tree, { ...entry.build, command: entry.service.command, name: entry.key });
    if (directory === null || tree.isAside(directory) || isToolName(lastSegment(directory))) continue;
    const image = entry.image === null ? null : parseImage(entry.image);
    yield {
      source: "compose",
      identity: entry.identity,
      directory,
      name: entry.key,
      aliases: [...(image === null ? [] : [image.name]), ...(entry.service.containerName === null ? [] : [entry.service.containerName])],
      evidence: at(entry.path, entry.service.lines, "deployment", `builds \`${entry.key}\``),
    };
  }
}

export function* skaffoldSignals(table: FactTable, tree: SourceTree): Generator<Signal> {
  for (const { path, fact } of table.of("skaffold")) {
    if (tree.isAside(path)) continue;
    for (const artifact of fact.artifacts) {
      const written = joined(directoryOf(path), artifact.context);
      const context = written === null ? null : meantDirectory(table, written);
      const image = parseImage(artifact.image);
      if (context === null || image === null || isToolName(image.name)) continue;
      const dockerfile = joined(context, artifact.dockerfile ?? "Dockerfile");
      const directory = directoryOfBuild(table, tree, {
        context,
        dockerfile: existing(table, dockerfile),
        target: null,
        args: [],
        command: null,
        name: image.name,
      });
      if (directory === null) continue;
      yield {
        source: "skaffold",
        directory,
        name: image.name,
        aliases: [],
        evidence: at(path, artifact.lines, "deployment", `builds \`${image.name}\``),
      };
    }
  }
}

/** `docker/build-push-action` steps, for each value of the job's matrix. */
export function* workflowSignals(table: FactTable, tree: SourceTree): Generator<Signal> {
  for (const { path, fact } of table.of("workflow")) {
    for (const job of fact.jobs) {
      const builds = job.steps.filter(({ uses }) => uses !== null && uses.includes("build-push-action"));
      yield* builds.flatMap((step) =>
        expandMatrix(step.inputs, job.matrix).flatMap((inputs) => builtImage(table, tree, inputs, path, step.lines) ?? []),
      );
    }
  }
}

function builtImage(
  table: FactTable,
  tree: SourceTree,
  inputs: Readonly<Record<string, string>>,
  path: string,
  lines: Lines,
): Signal | null {
  const context = joined("", inputs["context"] ?? ".");
  const file = inputs["file"] === undefined ? (context === null ? null : joined(context, "Dockerfile")) : joined("", inputs["file"]);
  const tag = inputs["tags"]?.split(/[\s,]+/).find((text) => text !== "");
  const image = tag === undefined ? null : parseImage(tag);
  if (context === null || !table.hasDirectory(context)) return null;
  const name = image === null || image.name.includes("$") ? "" : image.name;
  const args = (inputs["build-args"] ?? "")
    .split("\n")
    .map((line) => line.slice(line.indexOf("=") + 1).trim())
    .filter((value) => value !== "");
  const directory = directoryOfBuild(table, tree, {
    context,
    dockerfile: existing(table, file),
    target: inputs["target"] ?? null,
    args,
    command: null,
    name,
  });
  if (directory === null || directory === "" || tree.isAside(directory) || isToolName(lastSegment(directory)) || isToolName(name))
    return null;
  return {
    source: "workflow",
    directory,
    name: name === "" ? null : name,
    aliases: [],
    evidence: at(path, lines, "pipeline", `builds the image of \`${name === "" ? lastSegment(directory) : name}\``),
  };
}

const MATRIX = /\$\{\{\s*matrix\.([\w.-]+)\s*\}\}/g;

/** The inputs for each combination of matrix values that they name; at most sixty-four. */
function expandMatrix(
  inputs: Readonly<Record<string, string>>,
  matrix: Readonly<Record<string, readonly string[] | null>>,
): readonly Readonly<Record<string, string>>[] {
  let expanded: Record<string, string>[] = [{ ...inputs }];
  const keys = new Set(Object.values(inputs).flatMap((text) => [...text.matchAll(MATRIX)].map((match) => match[1]!)));
  for (const key of [...keys].sort()) {
    const values = matrix[key];
    if (values === undefined || values === null) continue;
    expanded = expanded
      .flatMap((one) =>
        values.map((value) => mapValues(one, (text) => text.replace(MATRIX, (whole, name: string) => (name === key ? value : whole)))),
      )
      .slice(0, 64);
  }
  return expanded;
}

function mapValues(record: Readonly<Record<string, string>>, change: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** Directories with a Dockerfile of their own, or a Dockerfile named after one. */
export function* dockerfileSignals(table: FactTable, tree: SourceTree): Generator<Signal> {
  for (const { path, fact } of table.of("dockerfile")) {
    const own = directoryOf(path);
    if (tree.isAside(path) || /(?:^|\.)(?:base|test|ci|e2e)(?:\.|$)/i.test(lastSegment(path).replace(/dockerfile/i, ""))) continue;
    const context = tree.hasManifest(own) ? own : "";
    const suffix = lastSegment(path).replace(/\.?dockerfile\.?/i, "");
    const directory = directoryOfBuild(table, tree, {
      context,
      dockerfile: path,
      target: null,
      args: [],
      command: fact.command,
      name: suffix,
    });
    const isProgram = directory !== null && (tree.hasManifest(directory) || (directory === own && fact.command !== null));
    if (!isProgram || isToolName(lastSegment(directory)) || onlyMigrates(fact.command)) continue;
    if (directory === "" && own !== "" && !fact.copies.some((source) => /^\.?\/?$/.test(source))) continue;
    yield {
      source: "dockerfile",
      directory,
      name: null,
      aliases: [],
      evidence: at(path, { startLine: 1, endLine: 1 }, "deployment", `packs \`${lastSegment(directory)}\``),
    };
  }
}

/** serverless.yml, SAM and CloudFormation applications that have code beside them. */
export function* serverlessSignals(table: FactTable, tree: SourceTree): Generator<Signal> {
  for (const { path, fact } of table.of("serverless-application")) {
    const directory = directoryOf(path);
    if (tree.isAside(path)) continue;
    if (fact.framework === "terraform" || fact.framework === "cdk") {
      yield* functionSignals(path, fact.functions, tree);
      continue;
    }
    if (fact.functions.length === 0 || !tree.hasCode(directory)) continue;
    const name = fact.name !== null && !/[${!]/.test(fact.name) ? fact.name : null;
    yield {
      source: "serverless",
      directory,
      name,
      aliases: [],
      evidence: at(path, { startLine: 1, endLine: 1 }, "deployment", `declares the application \`${name ?? lastSegment(directory)}\``),
    };
  }
}

/** Functions whose code stands in a package of its own, away from the file that declares them. */
function* functionSignals(path: string, functions: readonly ServerlessFunction[], tree: SourceTree): Generator<Signal> {
  for (const { name, code, lines } of functions) {
    const directory = code === null ? null : packageOf(codeDirectory(path, code, tree.hasCode), tree);
    if (directory === null || tree.isAside(directory) || isToolName(lastSegment(directory))) continue;
    yield {
      source: "serverless",
      directory,
      name: null,
      aliases: [name],
      evidence: at(path, lines, "deployment", `deploys the function \`${name}\``),
    };
  }
}

/** The package in which a function's code is, at most two levels above it. */
function packageOf(code: string | null, tree: SourceTree): string | null {
  if (code === null || code === "") return null;
  return [...upwards(code)].slice(0, 3).find((directory) => directory !== "" && tree.hasManifest(directory)) ?? null;
}

/** CDK applications with a directory of their own. Those in a directory for infrastructure deploy others. */
export function* cdkSignals(table: FactTable, tree: SourceTree): Generator<Signal> {
  for (const path of table.paths) {
    const directory = directoryOf(path);
    if (lastSegment(path) !== "cdk.json" || directory === "" || tree.isAside(path) || !tree.hasCode(directory)) continue;
    if (directory.split("/").some((segment) => /^(?:\.?cdk|infra(?:structure)?|iac|deploy(?:ment)?s?|stacks?|aws|cloud)$/i.test(segment)))
      continue;
    yield {
      source: "serverless",
      directory,
      name: null,
      aliases: [],
      evidence: at(path, { startLine: 1, endLine: 1 }, "deployment", `deploys \`${lastSegment(directory)}\``),
    };
  }
}

/** Images that are called like a directory of an application: they are published from here and run elsewhere. */
export function* imageSignals(
  table: FactTable,
  tree: SourceTree,
  entries: readonly ComposeEntry[],
): Generator<Signal & { readonly directory: string }> {
  const inCompose = entries.flatMap((entry) =>
    entry.image === null || entry.build !== null
      ? []
      : [{ path: entry.path, name: entry.key, text: entry.image, lines: entry.service.lines }],
  );
  const inCluster = table
    .of("workload")
    .flatMap(({ path, fact }) =>
      fact.containers.flatMap((container) =>
        container.image === null || container.init ? [] : [{ path, name: fact.name, text: container.image, lines: container.lines }],
      ),
    );
  for (const { path, name, text, lines } of [...inCompose, ...inCluster]) {
    const image = parseImage(text);
    if (
      image === null ||
      knownAs(image) !== null ||
      tree.isAside(path) ||
      [image.name, name].some((one) => isToolName(one) || isStoreName(one))
    )
      continue;
    const [directory] = [image.name, name].flatMap((one) => (isGenericName(nameKey(one)) ? [] : tree.called(nameKey(one))));
    if (directory === undefined || isToolName(lastSegment(directory))) continue;
    yield {
      source: "kubernetes",
      directory,
      name: lastSegment(directory),
      aliases: [image.name, name],
      evidence: at(path, lines, "deployment", `runs the image \`${image.name}\``),
    };
  }
}

/** Spring Boot and ASP.NET applications, which name themselves in their settings. */
export function* applicationSignals(table: FactTable, tree: SourceTree): Generator<Signal> {
  for (const { path, fact } of table.of("settings-file")) {
    if (tree.isAside(path)) continue;
    const directory = applicationDirectory(table, path, fact.flavour);
    if (
      directory === null ||
      !tree.hasCode(directory) ||
      isToolName(lastSegment(directory)) ||
      /(?:^|[-_])(?:lib|library|commons?|shared|core|starter)$/i.test(lastSegment(directory))
    )
      continue;
    const setting = fact.settings.find(({ key }) => key.toLowerCase() === "spring.application.name");
    if (fact.flavour === "spring" && setting === undefined) continue;
    const name = setting === undefined || /[${@]/.test(setting.value) ? null : setting.value;
    yield {
      source: "application",
      directory,
      name,
      aliases: [],
      evidence: at(
        path,
        setting?.lines ?? { startLine: 1, endLine: 1 },
        "configuration",
        `names the application \`${name ?? lastSegment(directory)}\``,
      ),
    };
  }
}

function applicationDirectory(table: FactTable, path: string, flavour: string): string | null {
  if (flavour === "spring") {
    const match = /^(.*?)\/?src\/main\/resources\/(?:config\/)?[^/]+$/.exec(path);
    return match === null ? null : match[1]!;
  }
  if (flavour !== "dotnet") return null;
  const directory = directoryOf(path);
  return table.hasFile(directory === "" ? "Program.cs" : `${directory}/Program.cs`) ? directory : null;
}

function existing(table: FactTable, path: string | null): string | null {
  return path !== null && table.hasFile(path) ? path : null;
}

export function at(path: string, lines: Lines, kind: EvidenceKind, note: string): Evidence {
  return { path, startLine: lines.startLine, endLine: lines.endLine, kind, note };
}

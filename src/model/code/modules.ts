import posix from "node:path/posix";
import type { FileFacts } from "../../facts/facts.js";
import type { PackageFact, TsConfigFact } from "../../facts/workspace.js";
import type { ModuleTarget } from "./denotation.js";
import { PRISMA_CLIENT, PrismaClients } from "./prisma-clients.js";

/** Node's own modules: an import of one may leave out `node:`. */
const BUILTIN = new Set(
  (
    "assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events fs http http2 https inspector module net os path " +
    "perf_hooks process punycode querystring readline repl stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib"
  ).split(" "),
);

const EXTENSIONS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];
/** What a written extension may stand for: compiled names are imported, sources are what is there. */
const SOURCES_OF: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx", ".js", ".jsx"],
  ".jsx": [".tsx", ".jsx"],
  ".mjs": [".mts", ".mjs"],
  ".cjs": [".cts", ".cjs"],
};
/** Deeper chains of `extends` are a cycle or a joke. */
const MAX_EXTENDS = 8;

interface WorkspacePackage {
  readonly dir: string;
  readonly fact: PackageFact;
}

interface TsConfig {
  readonly dir: string;
  readonly fact: TsConfigFact;
}

/** Where a tsconfig's aliases point, `extends` followed: patterns with targets from the root of the repository. */
interface Aliases {
  readonly exact: ReadonlyMap<string, readonly string[]>;
  /** Longest prefix first. */
  readonly patterns: readonly { readonly prefix: string; readonly suffix: string; readonly targets: readonly string[] }[];
  readonly baseUrl: string | null;
}

const UNRESOLVED: ModuleTarget = { kind: "unresolved" };

/** Finds the file or package that a module specifier means, as Node and TypeScript would with packages not installed. */
export class ModuleResolver {
  readonly #paths: ReadonlySet<string>;
  readonly #packages = new Map<string, WorkspacePackage[]>();
  readonly #packageAt = new Map<string, WorkspacePackage>();
  readonly #configs = new Map<string, TsConfig>();
  /** The configurations of a directory: `tsconfig.json` first. */
  readonly #configsIn = new Map<string, string[]>();
  readonly #aliases = new Map<string, Aliases>();
  readonly #answers = new Map<string, Map<string, ModuleTarget>>();
  readonly #clients = new PrismaClients();
  /** Directories that hold one called `nodejs`. */
  #layers: readonly string[] | null = null;

  constructor(files: readonly FileFacts[], paths: ReadonlySet<string>) {
    this.#paths = paths;
    for (const file of files) {
      for (const fact of file.facts) {
        if (fact.kind === "package") this.#addPackage(file.path, fact);
        if (fact.kind === "tsconfig") this.#addConfig(file.path, fact);
        if (fact.kind === "prisma") this.#clients.add(file.path, fact);
      }
    }
    for (const configs of this.#configsIn.values()) configs.sort(byUsualName);
  }

  /** `from` is the path of the importing file. */
  resolve(from: string, specifier: string): ModuleTarget {
    const dir = dirname(from);
    let answers = this.#answers.get(dir);
    if (answers === undefined) this.#answers.set(dir, (answers = new Map<string, ModuleTarget>()));
    let answer = answers.get(specifier);
    if (answer === undefined) answers.set(specifier, (answer = this.#resolve(dir, specifier)));
    return answer;
  }

  #addPackage(path: string, fact: PackageFact): void {
    const found = { dir: dirname(path), fact };
    this.#packageAt.set(found.dir, found);
    if (fact.name === null || fact.name === "") return;
    const named = this.#packages.get(fact.name);
    if (named === undefined) this.#packages.set(fact.name, [found]);
    else named.push(found);
  }

  #addConfig(path: string, fact: TsConfigFact): void {
    const dir = dirname(path);
    this.#configs.set(path, { dir, fact });
    const there = this.#configsIn.get(dir);
    if (there === undefined) this.#configsIn.set(dir, [path]);
    else there.push(path);
  }

  #resolve(dir: string, specifier: string): ModuleTarget {
    if (specifier === "" || specifier.length > 500) return UNRESOLVED;
    if (specifier.startsWith("/")) return this.#target(this.#absolute(dir, specifier));
    if (specifier.startsWith(".")) {
      const path = join(dir, specifier);
      return path === null ? UNRESOLVED : this.#target(this.#fileAt(path));
    }
    if (specifier.startsWith("node:")) return builtin(specifier.slice(5));
    const aliased = this.#throughAliases(dir, specifier);
    if (aliased !== null) return this.#target(aliased);
    if (specifier.startsWith("#")) return this.#target(this.#ownImport(dir, specifier));
    const name = packageName(specifier);
    if (name === null) return this.#fromRootOfSource(dir, specifier);
    if (this.#clients.isPackage(name)) return PRISMA_CLIENT;
    if (BUILTIN.has(name)) return builtin(specifier);
    const workspace = this.#nearest(name, dir);
    if (workspace !== null) {
      const entry = this.#entry(workspace, specifier.slice(name.length + 1));
      if (entry !== null) return this.#target(entry);
    }
    return this.#fromRootOfSource(dir, specifier);
  }

  /** Where a path from the root of the machine is in the repository: as an alias says, below its root, or in a layer. */
  #absolute(dir: string, specifier: string): string | null {
    return this.#throughAliases(dir, specifier) ?? this.#fileAt(specifier.slice(1)) ?? this.#inLayer(dir, specifier);
  }

  /** `/opt/nodejs/orders`: what a layer of a Lambda function has in its `nodejs` directory. Of several the one that shares most of the path. */
  #inLayer(dir: string, specifier: string): string | null {
    const inside = /^\/opt\/(nodejs\/(?!node_modules\/).+)$/.exec(specifier)?.[1];
    if (inside === undefined) return null;
    this.#layers ??= [...new Set([...this.#paths].flatMap((path) => /^(.*?)(?:^|\/)nodejs\//.exec(path)?.[1] ?? []))];
    const found = this.#layers.flatMap((layer) => this.#fileAt(join(layer, inside)) ?? []);
    return found.toSorted((a, b) => commonSegments(b, dir) - commonSegments(a, dir) || (a < b ? -1 : 1))[0] ?? null;
  }

  /** `src/orders/total` without any configuration: some bundlers and test runners allow it. */
  #fromRootOfSource(dir: string, specifier: string): ModuleTarget {
    if (/^(src|app|lib)\//.test(specifier)) {
      for (const above of upwards(dir)) {
        const found = this.#fileAt(join(above, specifier));
        if (found !== null) return this.#target(found);
      }
    }
    const name = packageName(specifier);
    return name === null ? UNRESOLVED : { kind: "package", name, subpath: specifier.slice(name.length + 1) };
  }

  #throughAliases(dir: string, specifier: string): string | null {
    for (const above of upwards(dir)) {
      for (const config of this.#configsIn.get(above) ?? []) {
        const found = this.#throughConfig(this.#aliasesOf(config), specifier);
        if (found !== null) return found;
      }
    }
    return null;
  }

  #throughConfig(aliases: Aliases, specifier: string): string | null {
    for (const path of aliases.exact.get(specifier) ?? []) {
      const found = this.#built(path);
      if (found !== null) return found;
    }
    for (const { prefix, suffix, targets } of aliases.patterns) {
      if (specifier.length < prefix.length + suffix.length || !specifier.startsWith(prefix) || !specifier.endsWith(suffix)) continue;
      const rest = specifier.slice(prefix.length, specifier.length - suffix.length);
      for (const path of targets) {
        const found = this.#built(posix.normalize(path.replace("*", () => rest)));
        if (found !== null) return found;
      }
    }
    return aliases.baseUrl === null ? null : this.#fileAt(join(aliases.baseUrl, specifier));
  }

  #aliasesOf(path: string): Aliases {
    let aliases = this.#aliases.get(path);
    if (aliases === undefined) this.#aliases.set(path, (aliases = this.#readAliases(path)));
    return aliases;
  }

  #readAliases(path: string): Aliases {
    let paths: ReadonlyMap<string, readonly string[]> = new Map();
    let baseUrl: string | null = null;
    for (const { dir, fact } of this.#extended(path, 0)) {
      if (fact.baseUrl !== null) baseUrl = join(dir, fact.baseUrl) ?? "";
      const written = Object.entries(fact.paths);
      if (written.length === 0) continue;
      const base = fact.baseUrl !== null ? (baseUrl ?? dir) : (baseUrl ?? dir);
      paths = new Map(written.map(([key, targets]) => [key, targets.map((one) => join(base, one) ?? "").filter((one) => one !== "")]));
    }
    const exact = new Map([...paths].filter(([key]) => !key.includes("*")));
    const patterns = [...paths]
      .filter(([key]) => key.includes("*") && key !== "*")
      .map(([key, targets]) => ({ prefix: key.slice(0, key.indexOf("*")), suffix: key.slice(key.indexOf("*") + 1), targets }))
      .sort((a, b) => b.prefix.length - a.prefix.length);
    return { exact, patterns, baseUrl };
  }

  /** The configuration and those that it extends, the farthest first: later ones win. */
  #extended(path: string, depth: number): readonly TsConfig[] {
    const config = this.#configs.get(path);
    if (config === undefined || depth > MAX_EXTENDS) return [];
    const above = config.fact.extends.flatMap((one) => {
      const found = this.#configPath(config.dir, one);
      return found === null ? [] : this.#extended(found, depth + 1);
    });
    return [...above, config];
  }

  #configPath(dir: string, specifier: string): string | null {
    const name = specifier.startsWith(".") ? null : packageName(specifier);
    const shared = name === null ? null : this.#nearest(name, dir);
    const path = name === null ? join(dir, specifier) : shared && join(shared.dir, specifier.slice(name.length + 1));
    if (path === null) return null;
    return [path, `${path}.json`, join(path, "tsconfig.json")].find((one) => one !== null && this.#configs.has(one)) ?? null;
  }

  /** Of several packages of one name (a repository that holds copies of itself) the one that shares most of the path. */
  #nearest(name: string, dir: string): WorkspacePackage | null {
    const named = this.#packages.get(name);
    if (named === undefined) return null;
    let best: WorkspacePackage | null = null;
    let shared = -1;
    for (const one of named) {
      const common = commonSegments(one.dir, dir);
      if (common > shared) {
        best = one;
        shared = common;
      }
    }
    return best;
  }

  #entry({ dir, fact }: WorkspacePackage, subpath: string): string | null {
    const written = subpath === "" ? entryTarget(fact.entries, ".") : entryTarget(fact.entries, `./${subpath}`);
    const listed = written === null ? null : this.#built(join(dir, written), dir);
    if (listed !== null) return listed;
    const usual =
      subpath === ""
        ? ["src/index", "index", "src/main", "lib/index", "src"]
        : [subpath, `src/${subpath}`, subpath.replace(/^(dist|build|lib)\//, "src/")];
    for (const path of usual) {
      const found = this.#built(join(dir, path), dir);
      if (found !== null) return found;
    }
    return null;
  }

  /** The file, or the source from which a file of a build directory is made: `dist/events.js` is `src/events.ts`. */
  #built(path: string | null, root?: string): string | null {
    if (path === null) return null;
    const source = this.#sourceOf(path, root);
    return source ?? this.#fileAt(path);
  }

  #sourceOf(path: string, root?: string): string | null {
    const base = root ?? this.#packageDirOf(path);
    const inside = base === "" ? path : path.startsWith(`${base}/`) ? path.slice(base.length + 1) : null;
    if (inside === null || !/^(\.\/)?(dist|build|lib|out|es|esm|cjs|types|typings)\//.test(inside)) return null;
    const segments = inside.replace(/\.d\.([mc]?ts)$/, ".$1").split("/");
    for (let skip = 1; skip < Math.min(segments.length, 6); skip++) {
      const rest = segments.slice(skip).join("/");
      const found = this.#fileAt(join(base, `src/${rest}`)) ?? this.#fileAt(join(base, rest));
      if (found !== null) return found;
    }
    return null;
  }

  #packageDirOf(path: string): string {
    for (const above of upwards(dirname(path))) if (this.#packageAt.has(above)) return above;
    return "";
  }

  /** `#orders/total`: the `imports` of a package.json mostly point into its sources. */
  #ownImport(dir: string, specifier: string): string | null {
    const rest = specifier.slice(1).replace(/^\//, "");
    for (const above of upwards(dir)) {
      if (!this.#packageAt.has(above)) continue;
      return this.#fileAt(join(above, `src/${rest}`)) ?? this.#fileAt(join(above, rest));
    }
    return null;
  }

  #target(path: string | null): ModuleTarget {
    if (path === null) return UNRESOLVED;
    return this.#clients.isAt(path) ? PRISMA_CLIENT : { kind: "file", path };
  }

  /** The source file that a path without or with extension means, or the index of a directory. */
  #fileAt(path: string | null): string | null {
    if (path === null || this.#clients.isAt(path)) return path;
    const extension = posix.extname(path);
    const sources = SOURCES_OF[extension];
    if (sources !== undefined) {
      const stem = path.slice(0, -extension.length);
      for (const one of sources) if (this.#paths.has(stem + one)) return stem + one;
    }
    if (extension !== "" && EXTENSIONS.includes(extension) && this.#paths.has(path)) return path;
    for (const one of EXTENSIONS) if (this.#paths.has(path + one)) return path + one;
    const prefix = path === "" ? "" : `${path}/`;
    const own = this.#packageAt.get(path);
    const main = own === undefined ? null : entryTarget(own.fact.entries, ".");
    if (main !== null && main !== "" && main !== "." && main !== "./") {
      const found = this.#built(join(path, main), path);
      if (found !== null) return found;
    }
    for (const one of EXTENSIONS) if (this.#paths.has(`${prefix}index${one}`)) return `${prefix}index${one}`;
    return null;
  }
}

function builtin(specifier: string): ModuleTarget {
  const slash = specifier.indexOf("/");
  if (slash < 0) return { kind: "package", name: `node:${specifier}`, subpath: "" };
  return { kind: "package", name: `node:${specifier.slice(0, slash)}`, subpath: specifier.slice(slash + 1) };
}

/** `@scope/name` or `name`; `null` for what no registry could hold (`@/orders`, `~/orders`). */
function packageName(specifier: string): string | null {
  const match = /^(?:@[\w.~-]+\/[\w.~-]+|[A-Za-z0-9][\w.-]*)(?=\/|$)/.exec(specifier);
  return match === null ? null : match[0];
}

/** The target of `exports` for a subpath, patterns included. */
function entryTarget(entries: Readonly<Record<string, string>>, subpath: string): string | null {
  if (Object.hasOwn(entries, subpath)) return entries[subpath] ?? null;
  for (const [key, value] of Object.entries(entries)) {
    const star = key.indexOf("*");
    if (star < 0 || subpath.length < key.length) continue;
    const suffix = key.slice(star + 1);
    if (!subpath.startsWith(key.slice(0, star)) || !subpath.endsWith(suffix)) continue;
    const rest = subpath.slice(star, subpath.length - suffix.length);
    return value.replace("*", () => rest);
  }
  return null;
}

function dirname(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** Joined and normalised; `null` where it leaves the repository. */
function join(dir: string, path: string): string | null {
  const joined = posix.join(dir, path);
  if (joined === ".." || joined.startsWith("../")) return null;
  if (joined === ".") return "";
  return joined.endsWith("/") ? joined.slice(0, -1) : joined;
}

function upwards(dir: string): string[] {
  const dirs = [dir];
  for (let at = dir; at !== "";) dirs.push((at = dirname(at)));
  return dirs;
}

function commonSegments(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  let count = 0;
  while (count < left.length && count < right.length && left[count] === right[count]) count++;
  return count;
}

const USUAL = ["tsconfig.json", "jsconfig.json", "tsconfig.app.json", "tsconfig.build.json", "tsconfig.base.json"];

function byUsualName(a: string, b: string): number {
  const rank = (path: string): number => {
    const at = USUAL.indexOf(path.slice(path.lastIndexOf("/") + 1));
    return at < 0 ? USUAL.length : at;
  };
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

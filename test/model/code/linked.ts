import { extractors } from "../../../src/facts/extractors.js";
import type { FileFacts } from "../../../src/facts/facts.js";
import type { CallSite, FunctionSummary } from "../../../src/facts/source.js";
import type { Callees, Denotation, Program, Scope, SourceFile, TextPart } from "../../../src/model/code/denotation.js";
import { sourceFiles } from "../../../src/model/code/file-table.js";
import { createProgram, surroundingsOf } from "../../../src/model/code/program.js";

/** Source files by path, linked. `services/orders/…` and `apps/orders/…` belong to the service `orders`. */
export function link(sources: Readonly<Record<string, string>>): Linked {
  // Equal texts share their facts, as they do in a repository.
  const known = new Map<string, FileFacts["facts"]>();
  const files = Object.entries(sources).map(([path, text]): FileFacts => {
    const key = `${path.slice(path.lastIndexOf("/"))} ${text}`;
    const facts = known.get(key) ?? extractors.filter((one) => one.accepts(path)).flatMap((one) => one.extract({ path, text }).facts);
    known.set(key, facts);
    return { path, blob: key, facts, unreadable: [], ignores: [] };
  });
  return new Linked(createProgram(sourceFiles(files, serviceOf), surroundingsOf(files, new Set(Object.keys(sources)))));
}

/** One file, `services/orders/src/orders.ts`. */
export function linkOne(text: string, more: Readonly<Record<string, string>> = {}): Linked {
  return link({ "services/orders/src/orders.ts": text, ...more });
}

function serviceOf(path: string): string | null {
  return /^(?:services|apps)\/([^/]+)\//.exec(path)?.[1] ?? null;
}

export class Linked {
  readonly program: Program;

  constructor(program: Program) {
    this.program = program;
  }

  file(path = "services/orders/src/orders.ts"): SourceFile {
    const file = this.program.file(path);
    if (file === null) throw new Error(`no source facts of ${path}`);
    return file;
  }

  /** What a top-level name of a file denotes, as text. */
  value(name: string, path?: string): string {
    return describe(this.denotation(name, path));
  }

  denotation(name: string, path?: string): Denotation {
    const file = this.file(path);
    return this.program.denote({ kind: "name", name }, this.program.scopeOf(file, file.fact.functions[0]!));
  }

  function(name: string, path?: string): { readonly file: SourceFile; readonly summary: FunctionSummary; readonly scope: Scope } {
    const file = this.file(path);
    const summary = file.fact.functions.find((one) => one.name === name);
    if (summary === undefined) throw new Error(`no function ${name}; there are: ${file.fact.functions.map((one) => one.name).join(", ")}`);
    return { file, summary, scope: this.program.scopeOf(file, summary) };
  }

  /** The call in a function whose callee ends in a name. */
  site(inside: string, callee: string, path?: string): { readonly site: CallSite; readonly scope: Scope } {
    const { summary, scope } = this.function(inside, path);
    const site = summary.calls.find((one) => nameOf(one) === callee);
    if (site === undefined) throw new Error(`no call of ${callee} in ${inside}; there are: ${summary.calls.map(nameOf).join(", ")}`);
    return { site, scope };
  }

  /** The first argument of a call, as text. */
  argument(inside: string, callee: string, path?: string, index = 0): string {
    const { site, scope } = this.site(inside, callee, path);
    return this.argumentIn(site, scope, index);
  }

  argumentIn(site: CallSite, scope: Scope, index = 0): string {
    return describe(this.program.denote(site.args[index]!, scope, { path: scope.file.path, ...site.lines }));
  }

  callees(inside: string, callee: string, path?: string): Callees {
    const { site, scope } = this.site(inside, callee, path);
    return this.program.callees(site, scope);
  }

  /** Whom a call reaches: `Payments.charge`, `axios default.post`, `unresolved`. */
  reaches(inside: string, callee: string, path?: string): string {
    return describeCallees(this.callees(inside, callee, path));
  }

  /** The callee's argument, seen through the call of a function that makes it: per caller. */
  through(inside: string, callee: string, argumentOf: string, path?: string): string {
    const [reached] = this.callees(inside, callee, path).functions;
    if (reached === undefined) throw new Error(`${callee} in ${inside} reaches no function`);
    const site = reached.function.summary.calls.find((one) => nameOf(one) === argumentOf);
    if (site === undefined) throw new Error(`no call of ${argumentOf} in ${reached.function.summary.name}`);
    return this.argumentIn(site, reached.scope);
  }
}

function nameOf({ callee }: CallSite): string {
  switch (callee.kind) {
    case "name":
      return callee.name;
    case "member":
      return callee.property;
    case "call":
      return "()";
    default:
      return callee.kind;
  }
}

function describeCallees({ functions, library, unresolved }: Callees): string {
  const all = functions.map((one) => one.function.summary.name);
  if (library !== null) all.push(`${library.module} ${library.path}`);
  if (unresolved) all.push("unresolved");
  return all.join(" | ");
}

/** `http://${HOST:-orders}/orders/{id}`, `axios default.create()`, `Payments`, `?name`. */
export function describe(value: Denotation): string {
  switch (value.kind) {
    case "text":
      return value.parts.map(describePart).join("");
    case "number":
    case "boolean":
      return String(value.value);
    case "null":
      return "null";
    case "library":
      return `${value.path.module} ${value.path.path}`;
    case "function":
      return `function ${value.function.summary.name}`;
    case "class":
      return `class ${value.class.summary.name}`;
    case "instance":
      return value.class.summary.name;
    case "object":
      return `{${[...value.entries.keys()].join(", ")}${value.open ? ", …" : ""}}`;
    case "array":
      return `[${value.items.length}]`;
    case "module":
      return `module ${value.file.path}`;
    case "choice":
      return value.options.map(describe).join(" | ");
    case "unknown":
      return `?${value.text}${value.type === null ? "" : `: ${value.type.type.name}`}`;
  }
}

function describePart(part: TextPart): string {
  switch (part.kind) {
    case "literal":
      return part.text;
    case "environment":
      return `\${${part.name}${part.fallback === null ? "" : `:-${part.fallback.map(describePart).join("")}`}}`;
    case "hole":
      return `{${part.text}}`;
  }
}

/** What the first argument of `fetch` in `run` denotes. */
export function fetched(code: string, more: Readonly<Record<string, string>> = {}): string {
  return linkOne(code, more).argument("run", "fetch");
}

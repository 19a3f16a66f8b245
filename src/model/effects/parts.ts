import type { SourceFact } from "../../facts/source.js";
import type { Program, SourceFile } from "../code/denotation.js";
import { libraryDirectory } from "./library-modules.js";

/**
 * Source files that can meet in one process: what imports each other, all files of a service, all files of a library. No value
 * passes from one part to another but over the network, so each can be linked by itself.
 */
export interface Part {
  /** Sorted by path. */
  readonly files: readonly SourceFile[];
  /** The paths that each file imports, in the order of `files`. */
  readonly imports: readonly (readonly string[])[];
}

/**
 * Sorted by the path of their first files.
 *
 * @param paths every path of the commit: manifests decide what a library is
 */
export function partsOf(program: Pick<Program, "files" | "file" | "resolveModule">, paths: ReadonlySet<string>): readonly Part[] {
  const groups = new Groups();
  const imports = new Map<SourceFile, readonly string[]>();
  for (const file of program.files) {
    groups.join(file.path, file.service === null ? `library ${libraryDirectory(file.path, paths)}` : `service ${file.service}`);
    const imported = importsOf(file, program);
    imports.set(file, imported);
    for (const path of imported) groups.join(file.path, path);
  }
  const parts = new Map<string, { files: SourceFile[]; imports: (readonly string[])[] }>();
  for (const file of program.files) {
    const group = groups.of(file.path);
    const part = parts.get(group) ?? { files: [], imports: [] };
    parts.set(group, part);
    part.files.push(file);
    part.imports.push(imports.get(file)!);
  }
  return [...parts.values()];
}

/** Paths of the source files that a file imports, passes on, or requires in the middle of something. */
function importsOf(file: SourceFile, program: Pick<Program, "file" | "resolveModule">): readonly string[] {
  const modules = new Set(file.fact.imports.map(({ module }) => module));
  for (const { from } of file.fact.exports) if (from !== null) modules.add(from.module);
  if (file.outline.calls.some((name) => REQUIRING.has(name))) for (const module of requiredIn(file.fact)) modules.add(module);
  const found: string[] = [];
  for (const module of modules) {
    const target = program.resolveModule(file, module);
    if (target.kind === "file" && program.file(target.path) !== null) found.push(target.path);
  }
  return found;
}

const REQUIRING: ReadonlySet<string> = new Set(["require", "import"]);

/** `app.use("/orders", require("./orders"))`: what is not bound to a name is no import. */
function requiredIn({ functions }: SourceFact): readonly string[] {
  return functions.flatMap(({ calls }) =>
    calls.flatMap(({ callee, args: [module] }) =>
      callee.kind === "name" && REQUIRING.has(callee.name) && module?.kind === "text" ? [module.value] : [],
    ),
  );
}

/** Names that belong together. */
class Groups {
  readonly #above = new Map<string, string>();

  /** The name that stands for the group. */
  of(name: string): string {
    let top = name;
    for (let above = this.#above.get(top); above !== undefined; above = this.#above.get(top)) top = above;
    // The next question takes one step.
    for (let at = name; at !== top;) {
      const above = this.#above.get(at)!;
      this.#above.set(at, top);
      at = above;
    }
    return top;
  }

  join(one: string, other: string): void {
    const [first, second] = [this.of(one), this.of(other)];
    if (first !== second) this.#above.set(first, second);
  }
}

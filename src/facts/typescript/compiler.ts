import { createRequire } from "node:module";
import type { ts } from "ts-morph";

export type { ts };

/**
 * The compiler that ts-morph carries, without what ts-morph wraps around it. It is loaded when the first file is parsed and
 * not before: loading takes a third of a second, and a review whose facts are all cached never needs it. `extract` is
 * synchronous, hence no `import()`.
 */
export function loadCompiler(): typeof ts {
  if (loaded === null) {
    loaded = createRequire(import.meta.url)(compilerFile()) as typeof ts;
    kinds = loaded.SyntaxKind;
    blockScoped = loaded.NodeFlags.BlockScoped;
  }
  return loaded;
}

/** The one file that it is. Found once: to resolve a module takes longer than to parse a small file. */
export function compilerFile(): string {
  return (file ??= findCompiler());
}

function findCompiler(): string {
  const common = createRequire(createRequire(import.meta.url).resolve("ts-morph")).resolve("@ts-morph/common");
  return createRequire(common).resolve("./typescript.js");
}

let file: string | null = null;
let loaded: typeof ts | null = null;

/** The kinds of syntax; there once the compiler is loaded. */
export let kinds: typeof ts.SyntaxKind;

/** Set in the flags of `let`, `const` and `using`; `var` has none of these. */
export let blockScoped: ts.NodeFlags;

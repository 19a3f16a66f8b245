import { createRequire } from "node:module";
import type * as TreeSitter from "web-tree-sitter";
import type { Lines } from "./place.js";

export type SyntaxNode = TreeSitter.Node;

type Library = typeof TreeSitter;

let library: Library | null = null;
let language: TreeSitter.Language | null = null;
let parser: TreeSitter.Parser | null = null;
let loading: Promise<void> | null = null;

/** Loads parser and grammar when the first file needs them; they are WebAssembly, which loads no other way than this. */
export function loadHclParser(): Promise<void> {
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  const require = createRequire(import.meta.url);
  const loaded = require("web-tree-sitter") as Library;
  await loaded.Parser.init();
  language = await loaded.Language.load(require.resolve("@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-terraform.wasm"));
  library = loaded;
}

/** Hands the tree to `read`, and frees it. A parser that failed is not used again. */
export function withSyntax<T>(text: string, read: (root: SyntaxNode) => T): T {
  if (library === null) throw new Error("the parser is not loaded");
  parser ??= new library.Parser().setLanguage(language);
  try {
    const tree = parser.parse(text);
    if (tree === null) throw new Error("the parser gave up");
    try {
      return read(tree.rootNode);
    } finally {
      tree.delete();
    }
  } catch (error) {
    parser = null;
    throw error;
  }
}

export function linesOf({ startPosition, endPosition }: SyntaxNode): Lines {
  const startLine = startPosition.row + 1;
  // What ends at the beginning of a line ends on the one before.
  return { startLine, endLine: Math.max(startLine, endPosition.column === 0 ? endPosition.row : endPosition.row + 1) };
}

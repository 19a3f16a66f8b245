import { extractText } from "../../src/facts/extract.js";
import type { FileFacts } from "../../src/facts/facts.js";
import { tabulate, type FactTable } from "../../src/model/fact-table.js";

/** The facts of a small tree, path to text, as the model receives them. */
export function stated(tree: Readonly<Record<string, string>>): FactTable {
  const files = Object.entries(tree).map(([path, text]): FileFacts => {
    const { facts, unreadable, ignores } = extractText(path, text);
    return { path, blob: path, facts, unreadable, ignores };
  });
  return tabulate({
    repository: null,
    files,
    paths: new Set(Object.keys(tree)),
    coverage: { files: files.length, analysed: files.length, excluded: [], unreadable: [] },
    identity: null,
  });
}

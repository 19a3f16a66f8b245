import type { FactTable } from "./fact-table.js";
import { directoryOf, lastSegment } from "./paths.js";

/**
 * The directory that a deployment file means: the one that it names, else the only one beside it that is called the same but for
 * case and separators (`services/stock-control` for `services/stockcontrol`); `null` where there is none.
 */
export function meantDirectory(table: FactTable, path: string): string | null {
  if (table.hasDirectory(path)) return path;
  const wanted = withoutSeparators(path);
  const [found, ...others] = table.directoriesOf(directoryOf(path)).filter((other) => withoutSeparators(other) === wanted);
  return found !== undefined && others.length === 0 ? found : null;
}

function withoutSeparators(path: string): string {
  return lastSegment(path)
    .replace(/[-_.\s]/g, "")
    .toLowerCase();
}

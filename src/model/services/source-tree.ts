import type { FactTable } from "../fact-table.js";
import { nameKey } from "../identity.js";
import { append } from "../fact-table.js";
import { directoryOf, lastSegment, upwards } from "../paths.js";

const SOURCE =
  /\.(?:[cm]?[jt]sx?|go|py|java|kt|kts|scala|groovy|cs|fs|vb|rb|php|rs|ex|exs|erl|clj|swift|dart|cpp|cc|c|hs|pl|lua|vue|svelte)$/;
const NOT_OWN = /(?:^|\/)(?:node_modules|vendor|third_party|testdata|fixtures|__tests__|__mocks__|\.devcontainer|\.yarn|\.git)(?:\/|$)/;
const TEST_FILE = /(?:\.(?:test|spec|stories|config)\.[cm]?[jt]sx?|_test\.go)$/;

/** Directories of a kind that hold no service of this system: its tests, its documentation, what it has left behind. */
const ASIDE = new Set([
  "docs",
  "doc",
  "documentation",
  "old-docs",
  "deprecated",
  "archive",
  "archived",
  "test",
  "tests",
  "e2e",
  "__tests__",
  "fixtures",
  "testdata",
  "node_modules",
  "vendor",
  "third_party",
  ".devcontainer",
  "node-modules",
]);
/** `legacy-services-backup-20250824` */
const BACKUP = /(?:^|[-_.])(?:backup|bak|deprecated)(?:[-_.]\d|$)/i;
/** Directories that hold services, whatever these are called. */
const SHELVES = new Set(["apps", "services", "packages", "microservices", "functions", "modules", "src", "cmd"]);

const MANIFEST =
  /^(?:package\.json|project\.json|nest-cli\.json|go\.mod|pom\.xml|build\.gradle(?:\.kts)?|.*\.[cf]sproj|pyproject\.toml|requirements.*\.txt|setup\.py|Pipfile|Cargo\.toml|composer\.json|Gemfile|mix\.exs|deno\.jsonc?|pubspec\.yaml|CMakeLists\.txt)$/;

/** Where code stands in the repository, and which directories look like applications. */
export interface SourceTree {
  hasCode(directory: string): boolean;
  /** It holds shell scripts, which some services consist of (a crontab with its jobs). */
  hasScripts(directory: string): boolean;
  /** It has a manifest of a language (`package.json`, `go.mod`, …) of its own. */
  hasManifest(directory: string): boolean;
  /** Directories with manifests or code of their own that are called so, the most shallow first. */
  called(key: string): readonly string[];
  /** It, or a directory above it, is for tests, documentation or what was left behind. */
  isAside(path: string): boolean;
}

export function sourceTree(table: FactTable): SourceTree {
  const withCode = new Set<string>();
  const withManifest = new Set<string>();
  const withScripts = new Set<string>();
  for (const path of table.paths) {
    const name = lastSegment(path);
    if (NOT_OWN.test(path)) continue;
    if (MANIFEST.test(name)) withManifest.add(directoryOf(path));
    if (name.endsWith(".sh")) for (const directory of upwards(directoryOf(path))) withScripts.add(directory);
    if (!SOURCE.test(name) || TEST_FILE.test(name)) continue;
    for (const directory of upwards(directoryOf(path))) {
      if (withCode.has(directory)) break;
      withCode.add(directory);
    }
  }
  const byKey = new Map<string, string[]>();
  for (const directory of [...withCode].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1))) {
    if (directory === "" || isAside(directory)) continue;
    if (withManifest.has(directory) || standsOnShelf(directory, withManifest)) append(byKey, nameKey(lastSegment(directory)), directory);
  }
  return {
    hasCode: (directory) => withCode.has(directory),
    hasScripts: (directory) => withScripts.has(directory),
    hasManifest: (directory) => withManifest.has(directory),
    called: (key) => byKey.get(key) ?? [],
    isAside,
  };
}

/** `services/orders` anywhere; `src/orders` only where no package is around it, since packages have such folders inside. */
function standsOnShelf(directory: string, withManifest: ReadonlySet<string>): boolean {
  const shelf = directoryOf(directory);
  if (/^(?:apps|services|microservices)$/.test(lastSegment(shelf))) return !shelf.split("/").includes("src");
  return SHELVES.has(lastSegment(shelf)) && [...upwards(shelf)].every((above) => above === "" || !withManifest.has(above));
}

function isAside(path: string): boolean {
  const segments = path.split("/");
  return segments.some(
    (segment, index) => (ASIDE.has(segment.toLowerCase()) || BACKUP.test(segment)) && !SHELVES.has(segments[index - 1] ?? ""),
  );
}

function depth(path: string): number {
  return path === "" ? 0 : path.split("/").length;
}

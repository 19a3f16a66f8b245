import type { Extraction, Extractor, SourceText } from "./facts.js";
import type { RequirementsFact } from "./workspace.js";

type Language = RequirementsFact["language"];

/** Reads the names of what a text requires. */
type Reading = (text: string) => readonly string[];

const MANIFESTS: readonly (readonly [RegExp, Language, Reading])[] = [
  [/(?:^|\/)go\.mod$/, "go", (text) => found(text, /^[ \t]*(?:require[ \t]+)?([\w.-]+\.[\w-]+\/[^\s]+)[ \t]+v/gm)],
  [/(?:^|\/)requirements[\w.-]*\.(?:txt|in)$/, "python", (text) => found(text, /^[ \t]*([A-Za-z][\w.-]*)/gm)],
  [
    /(?:^|\/)(?:pyproject\.toml|Pipfile)$/,
    "python",
    (text) => [...tomlKeys(text), ...found(text, /["']([A-Za-z][\w.-]*)[ \t]*(?:\[|[=<>~!@; ]|["'])/g)],
  ],
  [/(?:^|\/)Cargo\.toml$/, "rust", (text) => tomlKeys(text)],
  [/(?:^|\/)pom\.xml$/, "jvm", (text) => found(text, /<artifactId>[ \t]*([\w.-]+)[ \t]*<\/artifactId>/g)],
  [
    /(?:^|\/)build\.gradle(?:\.kts)?$/,
    "jvm",
    (text) => found(text, /["'](?:[\w.-]+:)([\w.-]+)(?::[^"']*)?["']|\blibs\.([\w.]+)|project\(["']:?(?:[\w-]+:)*([\w.-]+)["']/g),
  ],
  [/(?:^|\/)[^/]+\.csproj$/, "dotnet", (text) => found(text, /<PackageReference[ \t]+Include="([\w.-]+)"/g)],
  [/(?:^|\/)Gemfile$/, "ruby", (text) => found(text, /^[ \t]*gem[ \t]+["']([\w-]+)["']/gm)],
  [/(?:^|\/)composer\.json$/, "php", (text) => found(text, /"([\w.-]+\/[\w.-]+|ext-\w+)"[ \t]*:/g)],
];

/** What programs in languages that are not read themselves require, by the names of the packages. */
export const requirements: Extractor = {
  id: "requirements",
  version: 1,
  accepts: (path) => MANIFESTS.some(([name]) => name.test(path)),
  extract: readRequirements,
};

const MOST_CHARACTERS = 500_000;
/** Longer lines are nobody's list of packages. */
const MOST_IN_LINE = 400;

function readRequirements({ path, text }: SourceText): Extraction {
  const manifest = MANIFESTS.find(([name]) => name.test(path));
  if (manifest === undefined || text.length > MOST_CHARACTERS) return { facts: [], unreadable: [] };
  const [, language, reading] = manifest;
  const lines = { startLine: 1, endLine: text.split(/\r\n|\n|\r/).length };
  const readable = text
    .split(/\r\n|\n|\r/)
    .map((line) => line.slice(0, MOST_IN_LINE))
    .join("\n");
  const names = [...new Set(reading(readable).map((name) => name.toLowerCase()))].sort();
  return { facts: [{ kind: "requirements", lines, language, names }], unreadable: [] };
}

function found(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].flatMap((match) => match.slice(1).find((group) => group !== undefined) ?? []);
}

/** Keys of the tables of dependencies: `sqlx = "0.7"` under `[dependencies]`, and `[dependencies.sqlx]`. */
function tomlKeys(text: string): readonly string[] {
  const names: string[] = [];
  let inside = false;
  for (const line of text.split(/\r\n|\n|\r/)) {
    const table = /^[ \t]*\[{1,2}([^[\]]+)\]/.exec(line)?.[1]?.trim();
    if (table !== undefined) {
      inside = /(?:^|[.-])(?:dependencies|packages)$/.test(table);
      const inner = /dependencies\.["']?([\w.-]+)["']?$/.exec(table)?.[1];
      if (inner !== undefined) names.push(inner);
      continue;
    }
    const key = inside ? /^\s*["']?([A-Za-z][\w.-]*)["']?\s*=/.exec(line)?.[1] : undefined;
    if (key !== undefined) names.push(key.replace(/\.workspace$/, ""));
  }
  return names;
}

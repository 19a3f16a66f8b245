/**
 * The one-way architecture: each stage is a function of the one before it.
 *
 * `mayImport` is the table of docs/architecture.md. A stage named with `types` may be named in types alone: such an import
 * leaves nothing behind in the output. Whatever a folder does not list, it may not import.
 */
const mayImport = {
  snapshot: {},
  config: { values: ["snapshot"] },
  facts: { values: ["snapshot"] },
  model: { values: ["facts"], types: ["config", "snapshot"] },
  extraction: { values: ["snapshot", "facts"], types: ["config"] },
  rules: { values: ["model"], types: ["config", "facts"] },
  compare: { values: ["snapshot"], types: ["rules", "model", "facts"] },
  report: { values: ["compare", "rules", "snapshot", "model", "config"], types: ["facts"] },
  pages: { values: ["report", "compare"] },
  store: {},
};

/** What to do instead, said where the rule is broken. */
const advice = {
  snapshot: "A snapshot knows paths, blobs and text and nothing of what they mean. Move the code to the stage that gives them meaning.",
  config:
    "Settings are read before anything is analysed. Keep only the shape and the checking of the file here; the stage that obeys a setting takes it as an argument.",
  facts: "An extractor turns one file into facts. What needs a second file, a setting or an identity belongs in src/model/.",
  model:
    "The model links facts into services, databases, channels and calls. It takes settings as data (import type from src/config/); what is good or bad about the system belongs in src/rules/.",
  extraction:
    "Extraction decides which files are read and runs the extractors over them, here or in workers, from a cache or not. What a file means belongs in src/facts/; what files mean together in src/model/.",
  rules:
    "A rule sees models and nothing else. If it needs something a model lacks, add it or a query for it to src/model/; where a finding is shown is decided in src/report/.",
  compare:
    "Comparison looks at findings alone: use import type from src/rules/. What it needs to know about the system must be in the finding, put there by the rule.",
  report:
    "The report places and renders what was compared. What it shows must be in the comparison or in its context argument; compute it in the stage before.",
  pages:
    "A page writes down what it is handed. What it shows must be in the report or in its argument; src/github/ fetches it and decides who may see it.",
  store:
    "The store keeps what it is handed and knows nothing of its meaning. Take plain data or text; src/github/ turns stages' values into it.",
};

const folders = [...Object.keys(mayImport), "github", "cli"];
const stages = Object.keys(mayImport).filter((folder) => folder !== "store" && folder !== "pages");
const pureStages = ["facts", "model", "rules", "compare", "report", "pages"];
const inAny = (names) => `^src/(${names.join("|")})/`;

/** What Node offers that is a function of its arguments; `module` to load a library when it is first needed. */
const pureBuiltins = "^(node:)?(assert|buffer|crypto|module|path/posix|string_decoder|url|util|v8|zlib)$";

const oneWay = Object.entries(mayImport).flatMap(([folder, { values = [], types = [] }]) => [
  {
    name: `${folder}-one-way`,
    comment: advice[folder],
    severity: "error",
    from: { path: `^src/${folder}/` },
    to: { path: "^src/", pathNot: inAny([folder, ...values, ...types]) },
  },
  ...types.map((target) => ({
    name: `${folder}-names-${target}-in-types`,
    comment: `${advice[folder]} (Types only: write import type.)`,
    severity: "error",
    from: { path: `^src/${folder}/` },
    to: { path: `^src/${target}/`, dependencyTypesNot: ["type-only"] },
  })),
]);

export default {
  forbidden: [
    ...oneWay,
    {
      name: "pure-stages",
      comment:
        "From facts to report everything is a pure function: no network, clock, file system or environment. Read through the Snapshot, take the rest as an argument, or move the code to src/snapshot/, src/cli/ or src/github/. (Paths: node:path/posix, the same on every machine.)",
      severity: "error",
      from: { path: [inAny(pureStages), "^src/review\\.ts$"] },
      to: { dependencyTypes: ["core"], pathNot: pureBuiltins },
    },
    {
      name: "rules-stand-alone",
      comment:
        "A rule's file (src/rules/<rule-id>.ts, ids have a hyphen) imports no other rule. Move what two rules share to a query in src/model/, or to src/rules/queries/ or a one-word file beside the rules when it is about findings.",
      severity: "error",
      from: { path: "^src/rules/([^/]+-[^/]+)\\.ts$" },
      to: { path: "^src/rules/[^/]+-[^/]+\\.ts$" },
    },
    {
      name: "review-is-the-stages",
      comment:
        "src/review.ts is the whole product without its edges, so it imports the stages alone. Take what the store, GitHub or the command line know as an argument.",
      severity: "error",
      from: { path: "^src/review\\.ts$" },
      to: { path: "^src/", pathNot: inAny(stages) },
    },
    {
      name: "cli-starts-light",
      comment:
        "Most commands need neither GitHub nor the store: load them inside the command that does, with await import(…). Types may be imported at the top with import type.",
      severity: "error",
      from: { path: "^src/cli/" },
      to: { path: "^src/(github|store)/", dynamic: false, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "entry-starts-light",
      comment: "src/cli.ts only hands over: load src/cli/ with await import(…) and put everything else there.",
      severity: "error",
      from: { path: "^src/cli\\.ts$" },
      to: { path: "^src/", pathNot: "^src/cli/" },
    },
    {
      name: "entry-loads-lazily",
      comment: "src/cli.ts only hands over: load src/cli/ with await import(…), so that a usage error costs nothing.",
      severity: "error",
      from: { path: "^src/cli\\.ts$" },
      to: { path: "^src/", dynamic: false, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "only-github-knows-github",
      comment: "Octokit and Probot stay inside src/github/. Give the rest a plain interface of ours and implement it there.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/github/" },
      to: { path: "(^|/)node_modules/(@octokit|@probot|octokit|probot)(/|$)" },
    },
    {
      name: "only-store-knows-databases",
      comment: "The engines and the queue stay inside src/store/. Ask the store for what you need.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/store/" },
      to: { path: "(^|/)node_modules/(@electric-sql|pg|pg-boss)(/|$)" },
    },
    {
      name: "no-cycles",
      comment: "Two modules that need each other are one module, or hide a third: move what both need into a file of its own below them.",
      severity: "error",
      from: { path: "^src/" },
      to: { circular: true },
    },
    {
      name: "no-utils",
      comment: "There is no utils and no helpers: a helper lives in the stage that needs it, in a file named for what it does.",
      severity: "error",
      from: {},
      to: { path: ["^src/.*/(utils?|helpers?)(/|\\.ts$)", "^src/(utils?|helpers?)(/|\\.ts$)"] },
    },
    {
      name: "known-folders",
      comment:
        "Every folder in src/ has one responsibility and a row in docs/architecture.md. Put the file into the stage it belongs to, or add a row there and to mayImport here.",
      severity: "error",
      from: {},
      to: { path: "^src/", pathNot: [inAny(folders), "^src/(cli|installed|review|rule-text|version)\\.ts$"] },
    },
    {
      name: "sources-alone",
      comment: "The product must not depend on tests or fixtures: move what it needs into src/.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|fixtures|dist|bench|demo)/" },
    },
    {
      name: "resolvable",
      comment: "This import leads nowhere: correct the path (it ends in .js) or install the package.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "declared-dependencies",
      comment:
        "What runs in production is declared in dependencies of package.json: install it with npm install, not with --save-dev, and not by luck of another package.",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"], pathNot: "node_modules/@types/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
    reporterOptions: { text: { highlightFocused: true } },
  },
};

import type { Deployment } from "./command-line.js";
import { joinDirectory } from "./shell-directory.js";

/** Verbs of package managers that are no scripts of a package. */
const OWN_VERBS =
  /^(?:install|i|ci|add|remove|rm|uninstall|update|up|upgrade|publish|pack|link|unlink|login|logout|init|create|config|cache|audit|outdated|list|ls|why|info|view|version|set|node|exec|dlx|x|prune|dedupe|rebuild|import|fetch|store|patch|plugin|plugins|workspaces?|global|policies|tag|dist-tag|token|whoami|root|bin|env|help|import|licenses|self-update|setup|doctor|pkg|approve-builds|constraints|npm|rebuild|stage|unplug)$/;

interface ScriptCall {
  readonly script: string;
  /** A directory or a package that is not the one here. */
  readonly of: string | null;
}

/** `npm run deploy`, `yarn workspace orders deploy`, `pnpm --filter orders run deploy`. */
export function runnerCall(program: string, words: readonly string[], directory: string | null): string | null {
  const call = program === "npm" || program === "pnpm" || program === "yarn" || program === "bun" ? scriptCall(program, words) : null;
  if (call === null) {
    return null;
  }
  const where = call.of === null ? directory : joinDirectory(directory, call.of);
  return `npm:${call.script}${where === null ? "" : `@${where}`}`;
}

const VALUED = /^(?:--prefix|--cwd|-C|--dir|-w|--workspace|--filter|-F|--loglevel)$/;
const PLACES = /^(?:--prefix|--cwd|-C|--dir|-w|--workspace|--filter|-F)(?:=(.*))?$/;

function scriptCall(program: string, words: readonly string[]): ScriptCall | null {
  const { rest, of } = withoutPlaces(program, words);
  if (program === "yarn" && rest[0] === "workspace") {
    return verbCall(program, rest.slice(2), rest[1] ?? null);
  }
  return verbCall(program, rest, of);
}

function verbCall(program: string, [verb, second]: readonly string[], of: string | null): ScriptCall | null {
  if (verb === "run" || verb === "run-script") {
    return second === undefined ? null : { script: second, of };
  }
  if (verb === undefined) {
    return null;
  }
  if (program === "npm") {
    return /^(?:test|t|start|stop|restart)$/.test(verb) ? { script: verb === "t" ? "test" : verb, of } : null;
  }
  // `pnpm deploy` copies a package with what it needs; elsewhere it is a script.
  return OWN_VERBS.test(verb) || (program === "pnpm" && verb === "deploy") || !/^[\w:.-]+$/.test(verb) ? null : { script: verb, of };
}

/** The words before `--` that are no options, and the directory or package that an option names. */
function withoutPlaces(program: string, words: readonly string[]): { rest: readonly string[]; of: string | null } {
  const rest: string[] = [];
  let of: string | null = null;
  for (let at = 0; at < words.length && words[at] !== "--"; at += 1) {
    const word = words[at]!;
    if (!word.startsWith("-")) {
      rest.push(word);
      continue;
    }
    // pnpm's `-w` is a switch: the root of the workspace.
    if (program === "pnpm" && word === "-w") {
      continue;
    }
    const place = PLACES.exec(word);
    if (place !== null) {
      of = place[1] ?? words[at + 1] ?? null;
    }
    at += place?.[1] === undefined && VALUED.test(word) ? 1 : 0;
  }
  return { rest, of };
}

const DEPLOYS = /(?:^|[:_-])(?:deploy|release|rollout)(?:$|[:_-])/i;
const BUILDS = /(?:^|[:_-])(?:docker|image|container|push|docker-build|build-image)(?:$|[:_-])/i;

/**
 * `nx run-many -t deploy`, `turbo run deploy`, `lerna run deploy`, `pnpm -r run deploy`: one command for every project,
 * named `*`. One that picks what has changed (`affected`, `--since`, `--filter=...[main]`) lets each project go alone, and
 * is none of these.
 */
export function readWorkspaceRun(program: string, words: readonly string[]): Deployment | null {
  const run =
    program === "nx"
      ? nxRun(words)
      : program === "turbo" || program === "lerna"
        ? runnerRun(words)
        : program === "pnpm" || program === "yarn" || program === "npm"
          ? recursiveRun(words)
          : null;
  if (run === null || run.tasks.length === 0) {
    return null;
  }
  const builds = run.tasks.some((task) => BUILDS.test(task));
  if (!builds && !run.tasks.some((task) => DEPLOYS.test(task))) {
    return null;
  }
  return {
    tool: "other",
    verb: `${program} ${run.tasks.join(",")}`,
    names: run.projects.length > 0 ? run.projects : ["*"],
    builds: builds && !run.tasks.some((task) => DEPLOYS.test(task)),
  };
}

interface WorkspaceRun {
  readonly tasks: readonly string[];
  readonly projects: readonly string[];
}

function valueOf(words: readonly string[], ...names: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    const equals = word.indexOf("=");
    const name = equals > 0 ? word.slice(0, equals) : word;
    if (!names.includes(name)) {
      return [];
    }
    return (equals > 0 ? word.slice(equals + 1) : (words[index + 1] ?? "")).split(",").filter((value) => value !== "");
  });
}

function nxRun(words: readonly string[]): WorkspaceRun | null {
  const [verb = "", second = ""] = words;
  if (verb === "run-many") {
    const projects = valueOf(words, "--projects", "-p", "--project");
    return { tasks: valueOf(words, "--target", "--targets", "-t"), projects: projects.filter((project) => project !== "*") };
  }
  if (verb === "run") {
    const [project = "", task = ""] = second.split(":");
    return { tasks: [task], projects: [project] };
  }
  return /^[a-z][\w:-]*$/.test(verb) && verb !== "affected" && second !== "" && !second.startsWith("-")
    ? { tasks: [verb], projects: [second] }
    : null;
}

function runnerRun(words: readonly string[]): WorkspaceRun | null {
  const filters = valueOf(words, "--filter", "--scope", "-F");
  const picksChanged = filters.some((filter) => filter.includes("[")) || words.some((word) => /^--(?:since|affected)\b/.test(word));
  const tasks = words.filter((word) => /^[a-z][\w:-]*$/.test(word) && word !== "run" && !filters.includes(word)).slice(0, 1);
  return picksChanged ? null : { tasks, projects: filters };
}

function recursiveRun(words: readonly string[]): WorkspaceRun | null {
  const isRecursive =
    words.some((word) => /^(?:-r|--recursive|--workspaces|-ws)$/.test(word)) ||
    (words[0] === "workspaces" && (words[1] === "foreach" || words[1] === "run"));
  if (!isRecursive || words.some((word) => /^--(?:since|filter=.*\[)/.test(word))) {
    return null;
  }
  const task = words[words.indexOf("run") + 1];
  return words.includes("run") && task !== undefined ? { tasks: [task], projects: valueOf(words, "--filter", "-F", "--workspace") } : null;
}

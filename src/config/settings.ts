import { createHash } from "node:crypto";
import { isScalar, LineCounter, parseAllDocuments, type YAMLParseError } from "yaml";
import { Checker, type Checked, type Value } from "./check.js";
import type { ClientSettings, Config, ConfigProblem, RuleSettings, WaiverSettings } from "./config.js";
import { LEVELS, settingsShape, type Catalogue } from "./keys.js";

/** Where a repository keeps its settings. */
export const SETTINGS_PATH = ".github/faultline.yml";

/** A settings file larger than this many characters is not read. */
const MAX_SETTINGS_LENGTH = 128_000;

/** One settings file that was read without a problem, not yet merged with others. */
export interface Settings {
  readonly path: string;
  /** Other settings to begin with, `owner/name` or `owner/name:path`, in order. */
  readonly extends: readonly string[];
  /** Keys that files merged over this one cannot set. */
  readonly locked: readonly string[];
  readonly values: Checked;
}

export type SettingsReading = { readonly settings: Settings } | { readonly problems: readonly ConfigProblem[] };

/**
 * Reads one settings file. With a catalogue, ids and options of rules are checked too. Whatever is wrong with the file is
 * told with its place; a file with a problem gives no settings at all, so that a slip never quietly switches something off.
 */
export function parseSettings(source: string, path: string, catalogue: Catalogue | null = null): SettingsReading {
  if (source.length > MAX_SETTINGS_LENGTH) {
    return {
      problems: [
        {
          path,
          line: 1,
          column: 1,
          message: `the file has more than ${MAX_SETTINGS_LENGTH} characters`,
          advice: "Shorten it; waivers that have expired can go.",
        },
      ],
    };
  }
  const parsed = parseYaml(source, path);
  if ("problems" in parsed) return parsed;
  if (parsed.content === null) return { settings: { path, extends: [], locked: [], values: { fields: new Map(), line: 1 } } };

  const values = parsed.checker.check(parsed.content, settingsShape(catalogue), "the file");
  const { problems: wrong } = parsed.checker;
  const problems = wrong.length > 0 ? [...wrong] : [...incompleteWaivers(values, path)];
  if (problems.length > 0 || !isChecked(values)) return { problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
  return { settings: { path, extends: texts(values, "extends"), locked: texts(values, "locked"), values } };
}

/** Reads a file that stands alone: `extends` is accepted and left to those who can fetch it. */
export function readSettings(
  source: string,
  path: string,
  catalogue: Catalogue | null = null,
): { readonly config: Config } | { readonly problems: readonly ConfigProblem[] } {
  const reading = parseSettings(source, path, catalogue);
  return "problems" in reading ? reading : { config: mergeSettings([reading.settings]).config };
}

/** The settings of a repository that has no file. */
export function defaultConfig(): Config {
  return mergeSettings([]).config;
}

/**
 * Merges settings, the most general first (organisation, what is extended, the repository's own): single values and rules
 * are replaced, lists grow. A key that an earlier file locked is left out of later ones and told.
 */
export function mergeSettings(layers: readonly Settings[]): { readonly config: Config; readonly problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const locked = new Map<string, string>();
  const merged = { ...DEFAULTS };
  for (const layer of layers) {
    const fields = new Map(layer.values.fields);
    for (const [key, by] of locked) {
      if (!fields.delete(key)) continue;
      problems.push({
        path: layer.path,
        line: layer.values.line,
        column: 1,
        message: `${key} is locked by ${by}`,
        advice: `Take ${key} out, or ask for a change of ${by}.`,
      });
    }
    Object.assign(merged, overlay(merged, { ...layer.values, fields }, layer.path));
    for (const key of layer.locked) if (!locked.has(key)) locked.set(key, layer.path);
  }
  const path = layers.at(-1)?.path ?? null;
  return { config: { ...merged, path, hash: hashOf(merged) }, problems };
}

type Merged = Omit<Config, "path" | "hash">;

const DEFAULTS: Merged = {
  mode: "enforce",
  failOn: "error",
  rules: {},
  services: [],
  exclude: [],
  include: [],
  clients: [],
  waivers: [],
  systems: [],
  comments: { max: 10 },
  inlineIgnores: "allow",
  sarif: false,
  traces: { artifact: null },
  checklist: {},
};

/** The checker has seen that every value has the type that it is given here. */
function overlay(below: Merged, layer: Checked, path: string): Merged {
  const get = <T>(key: string, otherwise: T): T => (layer.fields.has(key) ? (layer.fields.get(key) as T) : otherwise);
  const part = (key: string, field: string): Value | undefined => fieldsOf(layer, key).get(field);
  return {
    mode: get("mode", below.mode),
    failOn: get("fail-on", below.failOn),
    rules: mergeRules(below.rules, fieldsOf(layer, "rules")),
    services: mergeServices(below.services, fieldsOf(layer, "services")),
    exclude: [...below.exclude, ...texts(layer, "exclude")],
    include: [...below.include, ...texts(layer, "include")],
    clients: [...below.clients, ...get<readonly Value[]>("clients", []).map(clientOf)],
    waivers: [...below.waivers, ...get<readonly Checked[]>("waivers", []).map((waiver) => waiverOf(waiver, path))],
    systems: [...below.systems, ...texts(layer, "systems")],
    comments: { max: (part("comments", "max") as number | undefined) ?? below.comments.max },
    inlineIgnores: get("inline-ignores", below.inlineIgnores),
    sarif: get("sarif", below.sarif),
    traces: { artifact: (part("traces", "artifact") as string | undefined) ?? below.traces.artifact },
    checklist: record([
      ...Object.entries(below.checklist),
      ...(fieldsOf(layer, "checklist") as ReadonlyMap<string, "pass" | "fail" | "not-applicable">),
    ]),
  };
}

function mergeRules(below: Config["rules"], layer: ReadonlyMap<string, Value>): Config["rules"] {
  const merged = Object.entries(below);
  for (const [id, value] of layer) {
    const known = Object.hasOwn(below, id) ? below[id] : undefined;
    merged.push([id, ruleOf(value, known ?? { level: null, options: {} })]);
  }
  return record(merged);
}

function ruleOf(value: Value, below: RuleSettings): RuleSettings {
  if (!isChecked(value)) return { ...below, level: levelOf(value) };
  const options = [...value.fields].filter(([name]) => name !== "level") as [string, RuleSettings["options"][string]][];
  return { level: levelOf(value.fields.get("level")) ?? below.level, options: record([...Object.entries(below.options), ...options]) };
}

function levelOf(value: Value | undefined): RuleSettings["level"] {
  return LEVELS.find((level) => level === value) ?? null;
}

function mergeServices(below: Config["services"], layer: ReadonlyMap<string, Value>): Config["services"] {
  const services = [...layer].map(([name, paths]) => ({ name, paths: (paths as readonly string[]).map(withoutSlashes) }));
  const replaced = new Set(layer.keys());
  return [...below.filter((service) => !replaced.has(service.name)), ...services].sort((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : 0,
  );
}

function withoutSlashes(path: string): string {
  return path.replace(/^(\.?\/)+/, "").replace(/\/+$/, "");
}

function clientOf(value: Value): ClientSettings {
  if (!isChecked(value)) return { module: value as string, service: null };
  return { module: value.fields.get("module") as string, service: (value.fields.get("service") as string | undefined) ?? null };
}

function waiverOf(waiver: Checked, path: string): WaiverSettings {
  const text = (key: string): string | null => (waiver.fields.get(key) as string | undefined) ?? null;
  return {
    fingerprint: text("fingerprint"),
    rule: text("rule"),
    subject: text("subject"),
    reason: text("reason")?.trim() ?? "",
    owner: text("owner"),
    until: text("until"),
    path,
    line: waiver.line,
  };
}

/** A waiver for a whole rule would be `off` in disguise. */
function incompleteWaivers(values: Value | undefined, path: string): readonly ConfigProblem[] {
  if (!isChecked(values)) return [];
  const waivers = (values.fields.get("waivers") as readonly Value[] | undefined) ?? [];
  return waivers
    .filter((waiver) => isChecked(waiver))
    .filter(({ fields }) => !fields.has("fingerprint") && !(fields.has("rule") && fields.has("subject")))
    .map(({ line }) => ({
      path,
      line,
      column: 1,
      message: "the waiver does not say what it accepts",
      advice: "Give it a fingerprint, or a rule and a subject.",
    }));
}

function fieldsOf(layer: Checked, key: string): ReadonlyMap<string, Value> {
  const value = layer.fields.get(key);
  return isChecked(value) ? value.fields : new Map();
}

function texts(layer: Checked, key: string): readonly string[] {
  return (layer.fields.get(key) as readonly string[] | undefined) ?? [];
}

function isChecked(value: Value | undefined): value is Checked {
  return typeof value === "object" && "fields" in value;
}

/** Later entries win. Without a prototype, so that no name finds what it should not. */
function record<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  const result = Object.create(null) as Record<string, T>;
  for (const [key, value] of entries) result[key] = value;
  return result;
}

/** The same for the same settings, however and wherever they are written. */
function hashOf(merged: Merged): string {
  const waivers = merged.waivers.map(({ fingerprint, rule, subject, reason, owner, until }) => ({
    fingerprint,
    rule,
    subject,
    reason,
    owner,
    until,
  }));
  return createHash("sha256")
    .update(canonical({ ...merged, waivers }))
    .digest("hex");
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(",")}}`;
}

type Parsed =
  | { readonly content: null }
  | { readonly content: object; readonly checker: Checker }
  | { readonly problems: readonly ConfigProblem[] };

function parseYaml(source: string, path: string): Parsed {
  if (deepestBracket(source) > DEEPEST) return { problems: [{ path, line: 1, column: 1, ...TOO_DEEP }] };
  const lines = new LineCounter();
  const broken = (line: number, column: number, message: string, advice: string): { readonly problems: readonly ConfigProblem[] } => ({
    problems: [{ path, line, column, message, advice }],
  });
  try {
    const documents = parseAllDocuments(source, { lineCounter: lines, version: "1.2", prettyErrors: false, uniqueKeys: false });
    const [document, second] = documents;
    if (document === undefined) return { content: null };
    const errors = documents.flatMap(({ errors: found }) => found);
    if (errors.length > 0) return { problems: errors.slice(0, 10).map((error) => syntaxProblem(error, lines, path)) };
    if (second !== undefined)
      return broken(
        lines.linePos(second.range[0]).line,
        1,
        "the file holds more than one YAML document",
        "Keep the first and take out the lines with --- between them.",
      );
    const { contents } = document;
    const empty = contents === null || (isScalar(contents) && contents.value === null);
    return empty ? { content: null } : { content: contents, checker: new Checker(document, lines, path) };
  } catch {
    return { problems: [{ path, line: 1, column: 1, ...TOO_DEEP }] };
  }
}

const DEEPEST = 100;
const TOO_DEEP = { message: "the file is nested too deeply to be read", advice: "Write it as plain keys and lists." };

/** How deep brackets stand in each other, wherever they stand: the parser takes long over deep ones. */
function deepestBracket(source: string): number {
  let depth = 0;
  let deepest = 0;
  for (const bracket of source.match(/[[\]{}]/g) ?? []) {
    depth = Math.max(0, depth + (bracket === "[" || bracket === "{" ? 1 : -1));
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function syntaxProblem(error: YAMLParseError, lines: LineCounter, path: string): ConfigProblem {
  const { line, col } = lines.linePos(error.pos[0]);
  const [summary = ""] = error.message.split("\n");
  const message = summary.startsWith("Maximum call stack")
    ? TOO_DEEP.message
    : `this is not YAML: ${summary.replace(/ at line \d+.*/, "")}`;
  const advice =
    error.code === "TAB_AS_INDENT" ? "Indent with spaces." : "Correct the line; nothing in the file is used until it can be read.";
  return { path, line, column: col, message, advice };
}

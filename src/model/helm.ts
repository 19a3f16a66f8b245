import type { Setting } from "../facts/configuration.js";
import type { Stage } from "./environment.js";
import type { Evidence } from "./evidence.js";
import type { FactTable, Stated } from "./fact-table.js";
import { knownAs, parseImage } from "./images.js";
import { byText, directoryOf, isWithin, lastSegment } from "./paths.js";
import { byStage, stageOf } from "./stage.js";

/** One file of values for a chart. */
export interface ValuesFile {
  readonly path: string;
  readonly stage: Stage;
  /** The chart's values by their path in `.Values`. */
  readonly values: ReadonlyMap<string, Setting>;
}

export interface Chart {
  readonly directory: string;
  readonly name: string;
  readonly path: string;
  readonly library: boolean;
  /** It says that it comes from elsewhere, or is called after a well-known product: nobody wrote it here. */
  readonly foreign: boolean;
  /** Its own `values.yaml` first, then the files that override it, production first. */
  readonly files: readonly ValuesFile[];
}

/** The charts of the snapshot, with the values files beside them, in parent charts, and in folders of values. */
export function charts(table: FactTable): readonly Chart[] {
  const found = table.of("helm-chart").map(({ path, fact }) => ({
    path,
    directory: directoryOf(path),
    name: fact.name,
    library: fact.library,
    foreign: fact.origins.some((origin) => !isHere(origin, table.repository)) || isProduct(fact.name),
  }));
  const files = table.of("settings-file").filter(({ fact }) => fact.flavour === "helm-values");
  return found.map((chart) => ({ ...chart, files: valuesFiles(chart, found, files) }));
}

/** An address of the repository itself, or of its owner. */
function isHere(origin: string, repository: string | null): boolean {
  return repository !== null && origin.toLowerCase().includes(`/${directoryOf(repository).toLowerCase()}/`);
}

function isProduct(name: string): boolean {
  const image = parseImage(name);
  return image !== null && knownAs(image) !== null;
}

function valuesFiles(
  chart: { directory: string; name: string },
  all: readonly { directory: string; name: string }[],
  files: readonly Stated<"settings-file">[],
): readonly ValuesFile[] {
  const parents = all.filter((other) => other.directory !== chart.directory && isWithin(chart.directory, other.directory));
  return files
    .flatMap(({ path, fact }): ValuesFile[] => {
      const home = all.filter((other) => isWithin(path, other.directory)).sort((a, b) => b.directory.length - a.directory.length)[0];
      const stage = stageOf(path);
      if (home?.directory === chart.directory) return [{ path, stage, values: byKey(fact.settings, "") }];
      const inParent = home !== undefined && parents.some((parent) => parent.directory === home.directory);
      const outside = home === undefined;
      if (outside && namesChart(path, chart)) return [{ path, stage, values: byKey(fact.settings, "") }];
      if (!inParent && !outside) return [];
      const values = byKey(fact.settings, `${lastSegment(chart.directory)}.`);
      return values.size === 0 ? [] : [{ path, stage, values }];
    })
    .sort(
      (a, b) =>
        Number(directoryOf(b.path) === chart.directory) - Number(directoryOf(a.path) === chart.directory) ||
        byStage(a.stage, b.stage) ||
        byText(a.path, b.path),
    );
}

/** A values file outside every chart that is called after one: `values/production/orders.yaml`, `orders-values.yaml`. */
function namesChart(path: string, chart: { directory: string; name: string }): boolean {
  const name = lastSegment(path)
    .replace(/\.ya?ml$/, "")
    .replace(/[-.]?values[-.]?/, "")
    .replace(/[-.](?:prod|production|staging|dev|test)$/, "");
  return (
    name !== "" &&
    (name === chart.name || name === lastSegment(chart.directory) || lastSegment(directoryOf(path)) === lastSegment(chart.directory))
  );
}

function byKey(settings: readonly Setting[], prefix: string): ReadonlyMap<string, Setting> {
  return new Map(settings.filter(({ key }) => key.startsWith(prefix)).map((setting) => [setting.key.slice(prefix.length), setting]));
}

/** A text of a template with the chart's values filled in, for one values file (or for the chart's defaults alone). */
export interface Rendered {
  readonly text: string;
  readonly complete: boolean;
  readonly stage: Stage;
  readonly evidence: readonly Evidence[];
}

const ACTION = /\{\{-?\s*([^{}]*?)\s*-?\}\}/g;
const VALUE = /^\(?\s*(?:tpl\s+)?\$?\.Values\.([\w.-]+)\)?\s*(?:\$|\.)?\s*((?:\|.*)?)$/;
const DEFAULTED = /^default\s+("[^"]*"|'[^']*'|[\w.]+)\s+\$?\.Values\.([\w.-]+)\s*((?:\|.*)?)$/;

/** Fills in `{{ .Values.… }}`. One result per values file that says something, at least one for every text. */
export function render(chart: Chart, text: string): readonly Rendered[] {
  if (!text.includes("{{")) return [{ text, complete: true, stage: "any", evidence: [] }];
  const defaults = chart.files.filter(
    (file) => directoryOf(file.path) === chart.directory && /^values\.ya?ml$/.test(lastSegment(file.path)),
  );
  const overrides = chart.files.filter((file) => !defaults.includes(file));
  const results: Rendered[] = [];
  for (const file of [...overrides, ...(defaults.length > 0 ? defaults : [null])]) {
    const chain = file === null ? [] : defaults.includes(file) ? [file] : [file, ...defaults];
    const rendered = renderWith(chart, text, chain);
    const usesOverride = file !== null && !defaults.includes(file) && rendered.evidence.some((piece) => piece.path === file.path);
    if (file === null || defaults.includes(file) || usesOverride) results.push({ ...rendered, stage: file?.stage ?? "any" });
  }
  return results.sort((a, b) => byStage(a.stage, b.stage));
}

function renderWith(chart: Chart, text: string, files: readonly ValuesFile[]): Rendered {
  const evidence: Evidence[] = [];
  let complete = true;
  const filled = text.replace(ACTION, (whole, action: string) => {
    if (/^\$?\.Chart\.Name\b/.test(action)) return chart.name;
    const found = valueOf(files, action);
    if (found === null) {
      complete = false;
      return whole;
    }
    if (found.evidence !== null) evidence.push(found.evidence);
    return found.text;
  });
  return { text: filled, complete, stage: "any", evidence };
}

function valueOf(files: readonly ValuesFile[], action: string): { text: string; evidence: Evidence | null } | null {
  const plain = VALUE.exec(action);
  const defaulted = plain === null ? DEFAULTED.exec(action) : null;
  const key = plain?.[1] ?? defaulted?.[2];
  if (key === undefined) return null;
  for (const file of files) {
    const setting = file.values.get(key);
    if (setting === undefined || setting.value === "") continue;
    const note = `gives \`${key}\` its value`;
    return {
      text: setting.value,
      evidence: { path: file.path, startLine: setting.lines.startLine, endLine: setting.lines.endLine, kind: "deployment", note },
    };
  }
  const fallback = defaulted?.[1] ?? /\|\s*default\s+("[^"]*"|'[^']*'|\d+)/.exec(plain?.[2] ?? "")?.[1];
  return fallback === undefined ? null : { text: fallback.replace(/^["']|["']$/g, ""), evidence: null };
}

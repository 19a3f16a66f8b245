import type { FunctionSummary, TypeRef } from "../../facts/source.js";
import type { Program, SourceFile } from "../code/denotation.js";
import type { Evidence } from "../evidence.js";
import { calleeName, type SiteIndex } from "./sites.js";
import type { Use } from "./use.js";

/** A version of an event as a type or class declares it. */
export interface DeclaredVersion {
  readonly name: string;
  readonly version: number;
  /** The text in its `type`, and the name of the declaration. */
  readonly literal: string;
  readonly typeName: string;
  /** `null` in library code and in files of the whole repository. */
  readonly service: string | null;
  readonly declared: Evidence;
  /** By code, which folds over it, and not by a contract file alone. */
  readonly inCode: boolean;
}

/** Code that turns an older version of an event into a newer one when it is read. */
export interface Upcaster {
  readonly file: SourceFile;
  readonly summary: FunctionSummary;
  readonly evidence: Evidence;
  covers(version: DeclaredVersion): boolean;
}

const NAMED = /upcast|upgrad|migrat|(?:to|from|^)V\d+(?:To|$)|V\d+ToV\d+/i;

/** Upcasters in use, by their names. One that names no event is for all of them. */
export function upcastersOf(program: Program, index: SiteIndex, use: Use, declared: readonly DeclaredVersion[]): readonly Upcaster[] {
  const literals = new Map(declared.map((one) => [one.literal, one] as const));
  const types = new Map(declared.map((one) => [one.typeName, one] as const));
  return program.files.flatMap((file) =>
    file.fact.functions.flatMap((summary): Upcaster[] => {
      const own = summary.class === null ? "" : (file.fact.classes[summary.class]?.name ?? "");
      const last = summary.name.slice(summary.name.lastIndexOf(".") + 1);
      if (last === "(module)" || !(NAMED.test(last) || (NAMED.test(own) && last !== "constructor"))) return [];
      const isEmpty = summary.calls.length === 0 && summary.comparisons.length === 0 && summary.returns.length === 0;
      if (isEmpty || !(use.of({ file, summary }) || isPassedOn(last, file, summary, index))) return [];
      const evidence: Evidence = {
        path: file.path,
        ...summary.lines,
        kind: "code",
        note: `${summary.name} turns older versions into newer ones`,
      };
      const meant = meantBy(summary, own, literals, types);
      return [{ file, summary, evidence, covers: (version) => covers(meant, version) }];
    }),
  );
}

/** `{ versioning: { upcast } }`: named somewhere, for something else to call. */
function isPassedOn(name: string, file: SourceFile, summary: FunctionSummary, index: SiteIndex): boolean {
  return index.named(name).some((at) => calleeName(at.site.callee) !== name && !(at.file === file && at.summary === summary));
}

interface Meant {
  /** Names of events; all where it names none. */
  readonly names: ReadonlySet<string>;
  /** Types of events that it is told to take, where its parameters or comparisons say which. */
  readonly versions: readonly DeclaredVersion[];
  /** What it asks of a version number; empty where it asks nothing. */
  readonly asked: readonly ((version: number) => boolean)[];
}

function meantBy(
  summary: FunctionSummary,
  own: string,
  literals: ReadonlyMap<string, DeclaredVersion>,
  types: ReadonlyMap<string, DeclaredVersion>,
): Meant {
  const compared = summary.comparisons.flatMap(({ constant }) => (constant.kind === "text" ? (literals.get(constant.value) ?? []) : []));
  const taken = summary.parameters.flatMap(({ type }) => namesIn(type).flatMap((name) => types.get(name) ?? []));
  const written = `${own}.${summary.name}`.toLowerCase();
  const called = [...new Set([...types.values()].map(({ name }) => name))].filter((name) =>
    written.includes(name.toLowerCase().replace(/[^a-z0-9]/g, "")),
  );
  const asked = summary.comparisons.flatMap(({ operator, constant }) =>
    constant.kind === "number" ? [asking(operator, constant.value)] : [],
  );
  return {
    names: new Set([...compared, ...taken].map(({ name }) => name).concat(called)),
    versions: taken.length > 0 ? taken : compared,
    asked,
  };
}

function covers({ names, versions, asked }: Meant, { name, version, literal }: DeclaredVersion): boolean {
  if (names.size > 0 && !names.has(name)) return false;
  if (asked.length > 0) return asked.some((ask) => ask(version));
  const own = versions.filter((each) => each.name === name);
  return own.length === 0 || own.some((each) => each.version === version || (each.literal === literal && each.version === version));
}

function asking(operator: string, constant: number): (version: number) => boolean {
  switch (operator) {
    case "<":
      return (version) => version < constant;
    case "<=":
      return (version) => version <= constant;
    case "===":
      return (version) => version === constant;
    // `if (event.version >= 2) return event`
    case ">=":
      return (version) => version < constant;
    default:
      return (version) => version !== constant;
  }
}

function namesIn(type: TypeRef | null, depth = 0): readonly string[] {
  return type === null || depth > 4 ? [] : [type.name, ...type.args.flatMap((arg) => namesIn(arg, depth + 1))];
}

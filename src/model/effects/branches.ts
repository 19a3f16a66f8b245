import type { Block, Condition, FunctionSummary } from "../../facts/source.js";
import type { Branch } from "../code.js";
import { LOOPS } from "./loops.js";
import type { FunctionAt, SiteAt } from "./sites.js";

const NO_BRANCHES: readonly Branch[] = [];

/** The branches that lead to a site, outermost first. */
export function branchesOf(site: SiteAt): readonly Branch[] {
  const { file, summary } = site;
  let branches: readonly Branch[] = NO_BRANCHES;
  let index: number | null = site.site.block;
  for (let guard = 0; index !== null && guard < 64; guard += 1) {
    const block: Block | undefined = summary.blocks[index];
    if (block === undefined) break;
    if (block.kind === "if" || block.kind === "else" || block.kind === "case")
      branches = [
        { statement: `${file.path}#${summary.id}:${block.group}`, arm: index },
        ...(block.when ?? []).flatMap((one) => answersTo(one, site)),
        ...branches,
      ];
    else if (LOOPS.has(block.kind)) branches = perRound(branches);
    index = block.parent;
  }
  return branches;
}

/** Seen from around a loop. */
export function perRound(branches: readonly Branch[]): readonly Branch[] {
  return branches.length === 0 ? branches : branches.map((one) => ({ ...one, perRound: true }));
}

/** Two `if`s that ask the same of one value are branches of one statement: `if (kind === A) …`, then `if (kind === B) …`. */
function answersTo({ subject, constant, holds }: Condition, at: FunctionAt): readonly Branch[] {
  if (!staysTheSame(subject, at)) return NO_BRANCHES;
  const question = `${at.file.path}#${at.summary.id}?${subject}`;
  const asked: Branch = { statement: `${question}=${constant ?? ""}`, arm: holds ? 1 : 0 };
  // Two texts differ; what a text and a name are to each other, only the name's value says.
  const form = constant === null ? null : /^[A-Z]/.test(constant) ? "name" : "text";
  return form === null || !holds ? [asked] : [asked, { statement: `${question} ${form}`, arm: constant! }];
}

/** How those parts of a value are called that the work itself changes. */
const CHANGES = /(?:stat(?:e|us)|phase|stage|step|result|count)$/i;

/** Whether nothing gives the value another one: it is a parameter, or set where it is declared. */
function staysTheSame(subject: string, { file, summary }: FunctionAt): boolean {
  const dot = subject.indexOf(".");
  if (dot >= 0 && CHANGES.test(subject)) return false;
  const root = dot < 0 ? subject : subject.slice(0, dot);
  const settings = functionsAround(file.fact.functions, summary).flatMap(({ parameters, locals }) => [
    ...parameters.filter(({ name }) => name === root),
    ...locals.filter(({ name }) => name === root || subject === name || subject.startsWith(`${name}.`)),
  ]);
  return settings.length <= 1;
}

function functionsAround(all: readonly FunctionSummary[], summary: FunctionSummary): readonly FunctionSummary[] {
  const around = [summary];
  for (let parent = summary.parent; parent !== null && around.length < 16; parent = around.at(-1)!.parent) {
    const outer = all[parent];
    if (outer === undefined) break;
    around.push(outer);
  }
  return around;
}

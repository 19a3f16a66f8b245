import { compareFindings, type JudgedSide } from "../../src/compare/compare.js";
import type { ComparedFinding, Comparison } from "../../src/compare/comparison.js";
import type { ReadCoverage } from "../../src/compare/reading.js";
import type { KnownService } from "../../src/compare/services.js";
import type { Evidence } from "../../src/model/evidence.js";
import type { Clearance, Finding } from "../../src/rules/rule.js";
import { diffSnapshots } from "../../src/snapshot/diff.js";
import { memorySnapshot } from "../../src/snapshot/memory.js";

/** Path to text. */
export type Tree = Readonly<Record<string, string>>;

/** What a test says of a side: files, and what rules found in them. */
export interface Side {
  readonly tree: Tree;
  readonly findings?: readonly Finding[];
  readonly cleared?: readonly Clearance[];
  readonly undecided?: readonly Clearance[];
  readonly failures?: JudgedSide["failures"];
  readonly unreadable?: ReadCoverage["unreadable"];
  readonly excluded?: ReadCoverage["excluded"];
  readonly services?: readonly KnownService[];
}

export async function compare(base: Side, head: Side, steps: readonly Finding[] = []): Promise<Comparison> {
  const diff = await diffSnapshots(memorySnapshot(base.tree), memorySnapshot(head.tree));
  return compareFindings({
    before: judged(base),
    after: judged(head),
    steps: { findings: steps },
    diff,
    coverage: { base: coverage(base), head: coverage(head) },
    services: { base: base.services ?? [], head: head.services ?? [] },
  });
}

function judged({ findings = [], cleared = [], undecided = [], failures = [] }: Side): JudgedSide {
  return { findings, cleared, undecided, failures };
}

function coverage({ unreadable = [], excluded = [] }: Side): ReadCoverage {
  return { unreadable, excluded };
}

/** `introduced n-plus-one-call`, sorted. */
export function statuses({ findings }: Comparison): readonly string[] {
  return findings.map(({ status, finding }) => `${status} ${finding.rule}`).sort();
}

export function only({ findings }: Comparison): ComparedFinding {
  if (findings.length !== 1)
    throw new Error(`expected one finding, got ${JSON.stringify(findings.map(({ status, finding }) => [status, finding.title]))}`);
  return findings[0]!;
}

/** The lines of the first occurrence of a text in a tree, as evidence. */
export function at(tree: Tree, path: string, text: string, kind: Evidence["kind"] = "code", note = "the place"): Evidence {
  const start = tree[path]?.indexOf(text) ?? -1;
  if (start < 0) throw new Error(`${path} does not hold ${text}`);
  const startLine = tree[path]!.slice(0, start).split("\n").length;
  return { path, startLine, endLine: startLine + text.split("\n").length - 1, kind, note };
}

export function finding(parts: Partial<Finding> & Pick<Finding, "evidence">): Finding {
  return {
    rule: "n-plus-one-call",
    subject: ["service:orders", "function:OrdersService.create", "service:inventory", "operation:GET /stock/:sku"],
    discriminator: "",
    severity: "error",
    confidence: "high",
    members: [],
    measure: null,
    services: ["inventory", "orders"],
    title: "OrdersService.create calls inventory once for each item",
    message: "`OrdersService.create` asks `inventory` once for each of `order.items`.",
    remedy: "Ask once for all items.",
    suggestion: null,
    bodyHash: null,
    ...parts,
  };
}

export function sharedDatabase(members: readonly string[], evidence: readonly Evidence[], parts: Partial<Finding> = {}): Finding {
  return finding({
    rule: "shared-database",
    subject: ["database:postgres/orders_db"],
    members,
    services: members,
    measure: { name: "services", value: members.length },
    title: `${members.join(" and ")} share the database orders_db`,
    evidence,
    ...parts,
  });
}

export const ORDERS = "services/orders/src/orders.ts";
export const loop = "for (const item of order.items) {\n  await inventory.stock(item.sku);\n}";
const batch = "await inventory.stockOf(order.items);";
export const looping: Tree = { [ORDERS]: `import { inventory } from "./clients";\n\n${loop}\n` };
export const batching: Tree = { [ORDERS]: `import { inventory } from "./clients";\n\n${batch}\n` };
export const call = (tree: Tree, path = ORDERS, parts: Parameters<typeof finding>[0] | object = {}) =>
  finding({ evidence: [at(tree, path, "await inventory.stock(item.sku);")], bodyHash: "body", ...parts });
export const oneService = (name: string) => [{ name, paths: [`services/${name}`], aliases: [] }];

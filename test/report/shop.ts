import { fingerprintOf } from "../../src/compare/fingerprint.js";
import type { Config } from "../../src/config/config.js";
import { defaultConfig, readSettings } from "../../src/config/settings.js";
import type { FileFacts } from "../../src/facts/facts.js";
import type { SystemModel } from "../../src/model/model.js";
import { readExcerpts } from "../../src/report/excerpts.js";
import type { Report, ReportedFinding } from "../../src/report/report.js";
import { writeReport, type ReportContext, type ReportInput } from "../../src/report/write.js";
import type { Finding } from "../../src/rules/rule.js";
import { diffSnapshots } from "../../src/snapshot/diff.js";
import { memorySnapshot } from "../../src/snapshot/memory.js";
import { at, compare, finding, type Side, type Tree } from "../compare/shop.js";

export const emptyModel: SystemModel = {
  services: [],
  databases: [],
  channels: [],
  events: [],
  schemaRegistries: [],
  deadLetters: [],
  requeues: [],
  storedEvents: [],
  sharedLibraries: [],
  deployUnits: [],
  mesh: { routes: [], destinations: [], limits: [] },
  gateways: [],
  code: { functions: [], calls: [] },
  coverage: { files: 2, analysed: 2, excluded: [], unreadable: [], unresolved: 0 },
} as unknown as SystemModel;

export interface Situation {
  readonly base: Side;
  readonly head: Side;
  readonly steps?: readonly Finding[];
  /** Text of the settings file. */
  readonly settings?: string;
  readonly ignores?: Readonly<Record<string, FileFacts["ignores"]>>;
  readonly models?: Partial<ReportInput["models"]>;
  readonly failures?: Report["defects"];
  readonly undecided?: ReportInput["undecided"];
  readonly context?: ReportContext;
}

/** Compares and reports as a review would, with hand-made findings. */
export async function report(situation: Situation): Promise<Report> {
  const { base, head } = situation;
  const snapshots = {
    base: memorySnapshot(base.tree, { commit: "b".repeat(40) }),
    head: memorySnapshot(head.tree, { commit: "a".repeat(40) }),
  };
  const comparison = await compare(base, head, situation.steps);
  const model = (side: Side): SystemModel => ({
    ...emptyModel,
    coverage: { ...emptyModel.coverage, unreadable: side.unreadable ?? [], excluded: side.excluded ?? [] },
  });
  return writeReport(
    {
      comparison,
      diff: await diffSnapshots(snapshots.base, snapshots.head),
      config: configOf(situation.settings),
      models: { base: model(base), head: model(head), ...situation.models },
      facts: { base: factsOf(base.tree, {}), head: factsOf(head.tree, situation.ignores ?? {}) },
      commits: { base: snapshots.base.commit, head: snapshots.head.commit },
      failures: situation.failures ?? [],
      undecided: situation.undecided ?? [],
      excerpts: await readExcerpts(snapshots.base, snapshots.head, comparison),
    },
    situation.context,
  );
}

function factsOf(tree: Tree, ignores: Readonly<Record<string, FileFacts["ignores"]>>): ReportInput["facts"]["head"] {
  const files = Object.keys(tree).map((path) => ({ path, blob: "", facts: [], unreadable: [], ignores: ignores[path] ?? [] }));
  return { files, paths: new Set(Object.keys(tree)) };
}

function configOf(settings: string | undefined): Config {
  if (settings === undefined) return defaultConfig();
  const reading = readSettings(settings, ".github/faultline.yml");
  if ("problems" in reading) throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}

export function only({ findings }: Report): ReportedFinding {
  if (findings.length !== 1) throw new Error(`expected one finding, got ${findings.length}`);
  return findings[0]!;
}

const ORDERS = "services/orders/src/orders.service.ts";

const before: Tree = {
  [ORDERS]: `export class OrdersService {
  async create(order: Order) {
    const stock = await this.inventory.stockOf(order.items);
    return this.orders.save({ ...order, stock });
  }
}
`,
  "mesh/orders.yml": `http:
  - route:
      - destination:
          host: orders
    timeout: 5s
`,
};

const after: Tree = {
  [ORDERS]: `export class OrdersService {
  async create(order: Order) {
    const stock = [];
    for (const item of order.items) {
      stock.push(await this.inventory.stock(item.sku));
    }
    return this.orders.save({ ...order, stock });
  }
}
`,
  "mesh/orders.yml": `http:
  - route:
      - destination:
          host: orders
`,
};

export const loopFinding = finding({
  evidence: [
    at(after, ORDERS, "stock.push(await this.inventory.stock(item.sku));", "code", "calls `GET /stock/:sku` of inventory"),
    at(after, ORDERS, "for (const item of order.items) {", "code", "the loop"),
  ],
  message:
    "`OrdersService.create` asks `inventory` for the stock of each of `order.items`, one request after the other. An order of fifty items makes fifty calls.",
  remedy: "Ask once: `inventory` already serves `POST /stock/batch`.",
});

export const timeoutFinding = finding({
  rule: "mesh-missing-timeout",
  subject: ["namespace:shop", "virtual-service:orders", "route:default"],
  severity: "warning",
  services: ["orders"],
  title: "the route to orders has no timeout",
  message: "The route to `orders` waits for as long as `orders` takes. When it hangs, its callers hang with it.",
  remedy: "Give the route a timeout.",
  evidence: [at(after, "mesh/orders.yml", "- route:\n      - destination:\n          host: orders", "deployment", "the route")],
  suggestion: { path: "mesh/orders.yml", startLine: 4, endLine: 4, replacement: "          host: orders\n    timeout: 5s" },
});

/** A pull request that adds a loop and takes a timeout away. */
export const pullRequest: Situation = {
  base: {
    tree: before,
    cleared: [
      {
        rule: "mesh-missing-timeout",
        subject: timeoutFinding.subject,
        discriminator: "",
        evidence: [at(before, "mesh/orders.yml", "    timeout: 5s", "deployment", "the timeout")],
      },
    ],
  },
  head: { tree: after, findings: [loopFinding, timeoutFinding] },
};

export const LOOP = "services/orders/src/orders.service.ts";
export const loopPrint = fingerprintOf(loopFinding);

/** The pull request with its loop alone, the finding changed as a test needs it. */
export function loopOnly(parts: Partial<typeof loopFinding> = {}, rest: Partial<Situation> = {}): Situation {
  return {
    ...pullRequest,
    base: { tree: pullRequest.base.tree },
    head: { tree: pullRequest.head.tree, findings: [{ ...loopFinding, ...parts }] },
    ...rest,
  };
}

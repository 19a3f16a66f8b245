import { describe, expect, it } from "vitest";
import { fingerprintOf } from "../../src/compare/fingerprint.js";
import { at, compare, finding, only, sharedDatabase, statuses, type Tree } from "./shop.js";

const ORDERS = "services/orders/src/orders.ts";
const loop = "for (const item of order.items) {\n  await inventory.stock(item.sku);\n}";
const batch = "await inventory.stockOf(order.items);";
const looping: Tree = { [ORDERS]: `import { inventory } from "./clients";\n\n${loop}\n` };
const batching: Tree = { [ORDERS]: `import { inventory } from "./clients";\n\n${batch}\n` };
const call = (tree: Tree, path = ORDERS, parts: Parameters<typeof finding>[0] | object = {}) =>
  finding({ evidence: [at(tree, path, "await inventory.stock(item.sku);")], bodyHash: "body", ...parts });

const oneService = (name: string) => [{ name, paths: [`services/${name}`], aliases: [] }];
const chain = (last: string, files: readonly string[], side: Tree) =>
  finding({
    rule: "sync-call-chain",
    subject: ["handler:gateway/checkout", `service:${last}`],
    measure: { name: "hops", value: files.length },
    evidence: files.map((file) => at(side, file, side[file]!.trim())),
  });
const gateway = (side: Tree) =>
  finding({
    rule: "gateway-missing-auth",
    subject: ["gateway:shop"],
    evidence: [at(side, "kong.yml", "- orders"), at(side, "kong.yml", "- payments")],
  });
const route = (side: Tree) =>
  finding({ rule: "gateway-missing-auth", subject: ["gateway:shop", "route:orders"], evidence: [at(side, "kong.yml", "- orders")] });
const missing = (tree: Tree) =>
  finding({ rule: "mesh-missing-timeout", subject: ["route:orders"], evidence: [at(tree, "mesh.yml", "- route: orders", "deployment")] });

describe("the six statuses", () => {
  it("is introduced when the pull request adds it, at the line that it adds", async () => {
    const result = only(await compare({ tree: batching }, { tree: looping, findings: [call(looping)] }));
    expect(result).toMatchObject({ status: "introduced", evidence: [{ side: "head", changed: true, startLine: 4 }] });
  });

  it("is unchanged when an unrelated file changes", async () => {
    const head = { ...looping, "README.md": "# The shop\n" };
    const result = only(await compare({ tree: looping, findings: [call(looping)] }, { tree: head, findings: [call(head)] }));
    expect(result).toMatchObject({ status: "unchanged", evidence: [{ changed: false }] });
  });

  it("is worsened when a member joins, also when another leaves", async () => {
    const tree: Tree = { "compose.yml": "orders: orders_db\ninventory: orders_db\n" };
    const place = [at(tree, "compose.yml", "orders: orders_db", "deployment")];
    const changed: Tree = { "compose.yml": "orders: orders_db\ninventory: orders_db\nshipping: orders_db\n" };
    const before = sharedDatabase(["inventory", "orders"], place);
    const joined = sharedDatabase(["inventory", "orders", "shipping"], [...place, at(changed, "compose.yml", "shipping: orders_db")]);
    const swapped = sharedDatabase(["orders", "shipping"], [...place, at(changed, "compose.yml", "shipping: orders_db")]);
    expect(statuses(await compare({ tree, findings: [before] }, { tree: changed, findings: [joined] }))).toEqual([
      "worsened shared-database",
    ]);
    expect(statuses(await compare({ tree, findings: [before] }, { tree: changed, findings: [swapped] }))).toEqual([
      "worsened shared-database",
    ]);
    expect(statuses(await compare({ tree: changed, findings: [joined] }, { tree, findings: [before] }))).toEqual([
      "improved shared-database",
    ]);
  });

  it("is worsened when the measure rises and improved when it falls", async () => {
    const hops = (value: number, tree: Tree) => call(tree, ORDERS, { rule: "sync-call-chain", measure: { name: "hops", value } });
    const longer = { ...looping, [ORDERS]: `${looping[ORDERS]}await ledger.book();\n` };
    expect(statuses(await compare({ tree: looping, findings: [hops(4, looping)] }, { tree: longer, findings: [hops(5, longer)] }))).toEqual(
      ["worsened sync-call-chain"],
    );
    expect(statuses(await compare({ tree: longer, findings: [hops(5, longer)] }, { tree: looping, findings: [hops(4, looping)] }))).toEqual(
      ["improved sync-call-chain"],
    );
  });

  it("is unchanged when its state moved and the pull request touched none of its files and services", async () => {
    const saga = (members: readonly string[]) => call(looping, ORDERS, { rule: "missing-saga", members });
    const head = { ...looping, "services/orders/Dockerfile": "FROM node\n" };
    const services = oneService("orders");
    expect(
      statuses(
        await compare(
          { tree: looping, findings: [saga(["payments.shop.example"])], services },
          { tree: head, findings: [saga(["payments"])], services },
        ),
      ),
    ).toEqual(["unchanged missing-saga"]);
    expect(
      statuses(
        await compare(
          { tree: looping, findings: [saga(["payments"])], services },
          { tree: head, findings: [saga(["payments", "shipping"])], services: [...services, ...oneService("shipping")] },
        ),
      ),
    ).toEqual(["worsened missing-saga"]);
  });

  it("is worsened by a trace that says more, which no diff holds", async () => {
    const trace = (value: number) =>
      call(looping, ORDERS, {
        rule: "chatty-trace",
        measure: { name: "calls", value },
        evidence: [{ path: "traces/checkout.json", startLine: 1, endLine: 1, kind: "trace", note: "" }],
      });
    const head = { ...looping, "services/orders/VERSION": "2\n" };
    expect(statuses(await compare({ tree: looping, findings: [trace(6)] }, { tree: head, findings: [trace(9)] }))).toEqual([
      "worsened chatty-trace",
    ]);
  });

  it("is fixed when its place was read and is gone, and says where it stood", async () => {
    const result = only(await compare({ tree: looping, findings: [call(looping)] }, { tree: batching }));
    expect(result).toMatchObject({ status: "fixed", evidence: [{ side: "base", changed: true, startLine: 4 }], head: null });
  });

  it("is fixed when its file is deleted", async () => {
    expect(statuses(await compare({ tree: looping, findings: [call(looping)] }, { tree: { "README.md": "gone\n" } }))).toEqual([
      "fixed n-plus-one-call",
    ]);
  });

  it("is unknown where the rule cannot decide any more, with the reason, and introduced when what hid it goes", async () => {
    const bare: Tree = { "kong.yml": "- orders\n- payments\n" };
    const hidden: Tree = { "kong.yml": "- orders\n  shop-tokens\n- payments\n" };
    const undecided = [
      {
        rule: "gateway-missing-auth",
        subject: ["gateway:shop", "route:orders"],
        discriminator: "",
        evidence: [at(hidden, "kong.yml", "  shop-tokens", "deployment", "may authenticate")],
      },
    ];
    const before = only(await compare({ tree: bare, findings: [route(bare)] }, { tree: hidden, undecided }));
    expect(before).toMatchObject({ status: "unknown", evidence: [{ side: "head", changed: true, note: "may authenticate" }, {}] });
    const after = only(await compare({ tree: hidden, undecided }, { tree: bare, findings: [route(bare)] }));
    expect(after.status).toBe("introduced");
    expect(after.evidence.filter(({ changed }) => changed)).toMatchObject([{ side: "base", note: "may authenticate" }]);
  });

  it("is fixed by a clearance, whose line is the cure", async () => {
    const tree: Tree = { "mesh.yml": "- route: orders\n" };
    const head: Tree = { "mesh.yml": "- route: orders\n  timeout: 5s\n" };
    const missing = finding({
      rule: "mesh-missing-timeout",
      subject: ["route:orders"],
      evidence: [at(tree, "mesh.yml", "- route: orders", "deployment")],
    });
    const cleared = [
      {
        rule: missing.rule,
        subject: missing.subject,
        discriminator: "",
        evidence: [at(head, "mesh.yml", "  timeout: 5s", "deployment", "the timeout")],
      },
    ];
    const result = only(await compare({ tree, findings: [missing] }, { tree: head, cleared }));
    expect(result.status).toBe("fixed");
    expect(result.evidence[0]).toMatchObject({ side: "head", changed: true, startLine: 2, note: "the timeout" });
  });
});

describe("what could not be read", () => {
  const broken = { ...looping, [ORDERS]: `${looping[ORDERS]}}}}\n` };
  const unreadable = [{ path: ORDERS, line: 6, reason: "syntax error" }];

  it("hides a finding whose file can no longer be read", async () => {
    expect(statuses(await compare({ tree: looping, findings: [call(looping)] }, { tree: broken, unreadable }))).toEqual([
      "unknown n-plus-one-call",
    ]);
  });

  it("does not call a finding new whose file could not be read before", async () => {
    expect(statuses(await compare({ tree: broken, unreadable }, { tree: looping, findings: [call(looping)] }))).toEqual([
      "unknown n-plus-one-call",
    ]);
  });

  it("does not excuse a new finding by what is unreadable on both sides", async () => {
    const base = { tree: batching, unreadable: [{ path: ORDERS, line: 1, reason: "unresolved import" }] };
    const head = { tree: looping, findings: [call(looping)], unreadable: base.unreadable };
    expect(statuses(await compare(base, head))).toEqual(["introduced n-plus-one-call"]);
  });

  it("hides a finding in a directory that was not listed", async () => {
    const side = { tree: {}, unreadable: [{ path: "services/orders/", line: 1, reason: "not listed" }] };
    expect(statuses(await compare({ tree: looping, findings: [call(looping)] }, side))).toEqual(["unknown n-plus-one-call"]);
  });

  it("hides a finding in a directory that became a submodule, and calls none new that comes out of one", async () => {
    const submodule = { tree: {}, unreadable: [{ path: "services/orders", line: 1, reason: "is a submodule" }] };
    expect(statuses(await compare({ tree: looping, findings: [call(looping)] }, submodule))).toEqual(["unknown n-plus-one-call"]);
    expect(statuses(await compare(submodule, { tree: looping, findings: [call(looping)] }))).toEqual(["unknown n-plus-one-call"]);
  });

  it("hides a finding that vanished while another file became unreadable, unless its own lines went", async () => {
    const tree = { ...looping, "compose.yml": "services:\n" };
    const dark = { ...looping, "compose.yml": "services: [\n" };
    const reason = [{ path: "compose.yml", line: 1, reason: "syntax error" }];
    expect(statuses(await compare({ tree, findings: [call(tree)] }, { tree: dark, unreadable: reason }))).toEqual([
      "unknown n-plus-one-call",
    ]);
    const gone = { ...batching, "compose.yml": "services: [\n" };
    expect(statuses(await compare({ tree, findings: [call(tree)] }, { tree: gone, unreadable: reason }))).toEqual([
      "fixed n-plus-one-call",
    ]);
  });

  it("believes a clearance even so", async () => {
    const base = call(looping);
    const cleared = [{ rule: base.rule, subject: base.subject, discriminator: "", evidence: [] }];
    expect(statuses(await compare({ tree: looping, findings: [base] }, { tree: broken, unreadable, cleared }))).toEqual([
      "fixed n-plus-one-call",
    ]);
  });

  it("hides a finding whose file is put aside for what it says now", async () => {
    const generated = { [ORDERS]: `// @generated\n${looping[ORDERS]}` };
    const excluded = [{ path: ORDERS, reason: "generated" as const }];
    expect(statuses(await compare({ tree: looping, findings: [call(looping)] }, { tree: generated, excluded }))).toEqual([
      "unknown n-plus-one-call",
    ]);
  });

  it("hides what a broken rule no longer says", async () => {
    const failures = [{ rule: "n-plus-one-call" }];
    expect(statuses(await compare({ tree: looping, findings: [call(looping)] }, { tree: batching, failures }))).toEqual([
      "unknown n-plus-one-call",
    ]);
    expect(statuses(await compare({ tree: batching, failures }, { tree: looping, findings: [call(looping)] }))).toEqual([
      "unknown n-plus-one-call",
    ]);
  });

  it("needs a trace on both sides", async () => {
    const trace: Tree = { "traces/checkout.json": "{}\n" };
    const chatty = finding({ rule: "chatty-trace", evidence: [at(trace, "traces/checkout.json", "{}", "trace")] });
    const cleared = [{ rule: chatty.rule, subject: chatty.subject, discriminator: "", evidence: [] }];
    expect(statuses(await compare({ tree: {} }, { tree: trace, findings: [chatty] }))).toEqual(["unknown chatty-trace"]);
    expect(statuses(await compare({ tree: {}, cleared }, { tree: trace, findings: [chatty] }))).toEqual(["introduced chatty-trace"]);
    expect(statuses(await compare({ tree: trace, findings: [chatty] }, { tree: {} }))).toEqual(["unknown chatty-trace"]);
    const operation = [{ rule: chatty.rule, subject: chatty.subject.slice(0, 1), discriminator: "", evidence: [] }];
    expect(
      statuses(await compare({ tree: {}, cleared: operation }, { tree: trace, findings: [{ ...chatty, discriminator: "redundant" }] })),
    ).toEqual(["introduced chatty-trace"]);
  });
});

describe("a second chance", () => {
  it("follows a renamed file", async () => {
    const moved = { "services/orders/src/checkout.ts": looping[ORDERS]! };
    const head = call(moved, "services/orders/src/checkout.ts", { bodyHash: null });
    expect(
      statuses(await compare({ tree: looping, findings: [call(looping, ORDERS, { bodyHash: null })] }, { tree: moved, findings: [head] })),
    ).toEqual(["unchanged n-plus-one-call"]);
  });

  it("follows a renamed function by its untouched lines, and keeps the base's fingerprint", async () => {
    const base = call(looping, ORDERS, { bodyHash: null });
    const head = call(looping, ORDERS, { bodyHash: null, subject: base.subject.with(1, "function:OrdersService.place") });
    const result = only(await compare({ tree: looping, findings: [base] }, { tree: { ...looping, "README.md": "x\n" }, findings: [head] }));
    expect(result).toMatchObject({ status: "unchanged", fingerprint: fingerprintOf(base) });
  });

  it("follows a function that moved to another file by its body", async () => {
    const moved: Tree = {
      [ORDERS]: 'export * from "./stock";\n',
      "services/orders/src/stock.ts": `// everything about stock\nexport function check() {}\n${loop}\n`,
    };
    const base = call(looping);
    const head = call(moved, "services/orders/src/stock.ts", { subject: base.subject.with(1, "function:checkStock") });
    expect(statuses(await compare({ tree: looping, findings: [base] }, { tree: moved, findings: [head] }))).toEqual([
      "unchanged n-plus-one-call",
    ]);
  });

  it("follows a call that was rewritten into another function of its file, and into no other file", async () => {
    const elsewhere = "services/orders/src/returns.ts";
    const head: Tree = {
      [ORDERS]: `export async function stockOf(order) {\n  for (const line of order.lines) await inventory.stock(line.sku);\n}\n`,
    };
    const moved = (path: string, tree: Tree) =>
      finding({
        evidence: [at(tree, path, "await inventory.stock(line.sku);")],
        subject: ["service:orders", "function:stockOf", "service:inventory", "operation:GET /stock/:sku"],
      });
    expect(statuses(await compare({ tree: looping, findings: [call(looping)] }, { tree: head, findings: [moved(ORDERS, head)] }))).toEqual([
      "unchanged n-plus-one-call",
    ]);
    const other: Tree = { ...batching, [elsewhere]: head[ORDERS]! };
    expect(
      statuses(await compare({ tree: looping, findings: [call(looping)] }, { tree: other, findings: [moved(elsewhere, other)] })),
    ).toEqual(["fixed n-plus-one-call", "introduced n-plus-one-call"]);
  });

  it("does not take another body in another place for the same", async () => {
    const head: Tree = { [ORDERS]: batching[ORDERS]!, "services/orders/src/returns.ts": `${loop}\n` };
    const other = call(head, "services/orders/src/returns.ts", {
      bodyHash: "another",
      subject: ["service:orders", "function:Returns.accept", "service:inventory", "operation:GET /stock/:sku"],
    });
    expect(statuses(await compare({ tree: looping, findings: [call(looping)] }, { tree: head, findings: [other] }))).toEqual([
      "fixed n-plus-one-call",
      "introduced n-plus-one-call",
    ]);
  });

  it("does not take one call for another because both found their address along one trail", async () => {
    const tree: Tree = { "services/orders/a.ts": "stock();\n", ".env": "INVENTORY=http://inventory\n", "urls.ts": "url\n" };
    const head: Tree = { "services/orders/a.ts": "price();\n", ".env": tree[".env"]!, "urls.ts": "url\n" };
    const trail = [at(tree, "urls.ts", "url"), at(tree, ".env", "INVENTORY")];
    const one = finding({
      rule: "missing-call-timeout",
      subject: ["service:orders", "function:stock"],
      evidence: [at(tree, "services/orders/a.ts", "stock();"), ...trail],
    });
    const other = finding({
      rule: "missing-call-timeout",
      subject: ["service:orders", "function:price"],
      evidence: [at(head, "services/orders/a.ts", "price();"), ...trail],
    });
    expect(statuses(await compare({ tree, findings: [one] }, { tree: head, findings: [other] }))).toEqual([
      "fixed missing-call-timeout",
      "introduced missing-call-timeout",
    ]);
  });

  it("knows a database that all of its services now call something else", async () => {
    const tree: Tree = { "compose.yml": "orders: orders_db\ninventory: orders_db\n" };
    const head: Tree = { "compose.yml": "orders: shop_db\ninventory: shop_db\n" };
    const shared = (side: Tree, name: string) =>
      sharedDatabase(["inventory", "orders"], [at(side, "compose.yml", `orders: ${name}`), at(side, "compose.yml", `inventory: ${name}`)], {
        subject: [`database:postgres/${name}`],
      });
    const before = shared(tree, "orders_db");
    expect(only(await compare({ tree, findings: [before] }, { tree: head, findings: [shared(head, "shop_db")] }))).toMatchObject({
      status: "unchanged",
      fingerprint: fingerprintOf(before),
    });
  });

  it("never takes an event for another one", async () => {
    const tree: Tree = { "events.ts": "publish(name);\n", "names.ts": "OrderCreated\n" };
    const head: Tree = { ...tree, "names.ts": "OrderPlaced\n" };
    const event = (name: string) =>
      finding({ rule: "unversioned-event", subject: [`event:${name}`], evidence: [at(tree, "events.ts", "publish(name);")] });
    expect(statuses(await compare({ tree, findings: [event("OrderCreated")] }, { tree: head, findings: [event("OrderPlaced")] }))).toEqual([
      "fixed unversioned-event",
      "introduced unversioned-event",
    ]);
  });

  it("follows a service that was renamed with its directory", async () => {
    const head = { "services/ordering/src/orders.ts": looping[ORDERS]! };
    const base = call(looping, ORDERS, { bodyHash: null });
    const renamed = call(head, "services/ordering/src/orders.ts", {
      bodyHash: null,
      subject: base.subject.with(0, "service:ordering"),
      services: ["inventory", "ordering"],
    });
    const comparison = await compare(
      { tree: looping, findings: [base], services: oneService("orders") },
      { tree: head, findings: [renamed], services: oneService("ordering") },
    );
    expect(only(comparison)).toMatchObject({ status: "unchanged", fingerprint: fingerprintOf(base) });
  });

  it("sees through a rename in the members too", async () => {
    const tree: Tree = { "services/orders/a.ts": "one\n", "compose.yml": "x\n" };
    const head: Tree = { "services/ordering/a.ts": "one\n", "compose.yml": "x\n" };
    const before = sharedDatabase(["inventory", "orders"], [at(tree, "compose.yml", "x")]);
    const after = sharedDatabase(["inventory", "ordering"], [at(head, "compose.yml", "x")]);
    expect(
      statuses(
        await compare(
          { tree, findings: [before], services: oneService("orders") },
          { tree: head, findings: [after], services: oneService("ordering") },
        ),
      ),
    ).toEqual(["unchanged shared-database"]);
  });

  it("knows a cycle by the services in it", async () => {
    const tree: Tree = { "a.ts": "one\n", "b.ts": "two\n", "c.ts": "three\n" };
    const cycle = (first: string, members: readonly string[], place: string) =>
      finding({ rule: "cyclic-service-calls", subject: [`service:${first}`], members, evidence: [at(tree, place, tree[place]!.trim())] });
    const grown = await compare(
      { tree: { ...tree, "c.ts": "\n" }, findings: [cycle("orders", ["orders", "payments"], "a.ts")] },
      { tree, findings: [cycle("customers", ["customers", "orders", "payments"], "c.ts")] },
    );
    expect(only(grown)).toMatchObject({ status: "worsened", fingerprint: fingerprintOf(cycle("orders", [], "a.ts")) });
  });

  it("calls a longer chain from the same entry worse, not new", async () => {
    const tree: Tree = {
      "gateway.ts": "orders()\n",
      "orders.ts": "payments()\n",
      "payments.ts": "risk()\n",
      "risk.ts": "scores()\n",
      "scores.ts": "\n",
    };
    const head: Tree = { ...tree, "scores.ts": "bureau()\n" };
    const result = await compare(
      { tree, findings: [chain("scores", ["gateway.ts", "orders.ts", "payments.ts", "risk.ts"], tree)] },
      { tree: head, findings: [chain("bureau", ["gateway.ts", "orders.ts", "payments.ts", "risk.ts", "scores.ts"], head)] },
    );
    expect(only(result)).toMatchObject({ status: "worsened", evidence: [{ path: "scores.ts", changed: true }, {}, {}, {}, {}] });
  });
});

describe("ordinals", () => {
  const numbered = (tree: Tree, text: string, ordinal: string) =>
    finding({ evidence: [at(tree, ORDERS, text)], discriminator: ordinal, bodyHash: null });
  const one: Tree = { [ORDERS]: "// checkout\nawait stock(b);\n" };
  const two: Tree = { [ORDERS]: "// checkout\nawait stock(a);\nawait stock(b);\n" };

  it("blames the call that was added before another, not the one that was there", async () => {
    const comparison = await compare(
      { tree: one, findings: [numbered(one, "await stock(b);", "1")] },
      { tree: two, findings: [numbered(two, "await stock(a);", "1"), numbered(two, "await stock(b);", "2")] },
    );
    const introduced = comparison.findings.filter(({ status }) => status === "introduced");
    expect(introduced).toMatchObject([{ evidence: [{ startLine: 2, changed: true }] }]);
    expect(new Set(comparison.findings.map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });

  it("gives equal identities fingerprints of their own", async () => {
    const comparison = await compare(
      { tree: one },
      { tree: two, findings: [numbered(two, "await stock(a);", ""), numbered(two, "await stock(b);", "")] },
    );
    expect(new Set(comparison.findings.map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });
});

describe("a finding for the whole and findings for its parts", () => {
  const tree: Tree = { "kong.yml": "- orders\n- payments\n" };
  const head: Tree = { "kong.yml": "- orders\n- payments\n  plugins: [jwt]\n" };

  it("does not call the parts new when the whole got better, nor fixed when it got worse", async () => {
    expect(statuses(await compare({ tree, findings: [gateway(tree)] }, { tree: head, findings: [route(head)] }))).toEqual([
      "improved gateway-missing-auth",
      "unchanged gateway-missing-auth",
    ]);
    expect(statuses(await compare({ tree: head, findings: [route(head)] }, { tree, findings: [gateway(tree)] }))).toEqual([
      "unchanged gateway-missing-auth",
      "worsened gateway-missing-auth",
    ]);
  });
});

describe("the cause", () => {
  const mesh: Tree = { "mesh.yml": "- route: orders\n  timeout: 5s\n  host: orders\n" };
  const bare: Tree = { "mesh.yml": "- route: orders\n  host: orders\n" };

  it("is the line that made it clean and was removed", async () => {
    const cleared = [
      {
        rule: "mesh-missing-timeout",
        subject: ["route:orders"],
        discriminator: "",
        evidence: [at(mesh, "mesh.yml", "  timeout: 5s", "deployment", "the timeout")],
      },
    ];
    const result = only(await compare({ tree: mesh, cleared }, { tree: bare, findings: [missing(bare)] }));
    expect(result.evidence).toMatchObject([
      { side: "head", changed: false },
      { side: "base", changed: true, startLine: 2, note: "the timeout" },
    ]);
  });

  it("is a cut inside the place", async () => {
    const whole = finding({
      rule: "mesh-missing-timeout",
      subject: ["route:orders"],
      evidence: [at(bare, "mesh.yml", "- route: orders\n  host: orders", "deployment")],
    });
    expect(only(await compare({ tree: mesh }, { tree: bare, findings: [whole] })).evidence).toMatchObject([
      { side: "head", changed: true, startLine: 1, endLine: 2 },
    ]);
  });

  it("is the nearest change of its file, of its service, or of anything, in this order", async () => {
    const tree: Tree = { [ORDERS]: "loop\nline\nline\n", "services/inventory/api.ts": "batch\n", "docs/a.md": "a\n" };
    const services = [{ name: "inventory", paths: ["services/inventory"], aliases: [] }];
    const found = finding({ evidence: [at(tree, ORDERS, "loop")] });
    const causes = async (head: Tree) => {
      const {
        evidence,
        finding: { confidence },
        status,
      } = only(await compare({ tree, services }, { tree: head, findings: [found], services }));
      const cause = evidence.find(({ changed }) => changed);
      return [status, cause?.path, cause?.startLine, cause?.side, confidence];
    };
    expect(await causes({ ...tree, [ORDERS]: "loop\nline\nnew\nline\n", "docs/a.md": "b\n" })).toEqual([
      "introduced",
      ORDERS,
      3,
      "head",
      "high",
    ]);
    expect(await causes({ ...tree, "services/inventory/api.ts": "\n", "docs/a.md": "b\n" })).toEqual([
      "introduced",
      "services/inventory/api.ts",
      1,
      "head",
      "high",
    ]);
    expect(await causes({ ...tree, "docs/a.md": "b\n" })).toEqual(["introduced", "docs/a.md", 1, "head", "medium"]);
    expect(await causes(tree)).toEqual(["unknown", undefined, undefined, undefined, "high"]);
  });

  it("lists what a replaced line said only once", async () => {
    const tree: Tree = { "compose.yml": "inventory: inventory_db\norders: orders_db\n" };
    const head: Tree = { "compose.yml": "inventory: orders_db\norders: orders_db\n" };
    const after = sharedDatabase(["inventory", "orders"], [at(head, "compose.yml", "inventory: orders_db", "deployment")]);
    const cleared = [
      {
        rule: "shared-database",
        subject: after.subject,
        discriminator: "",
        evidence: [at(tree, "compose.yml", "inventory: inventory_db", "deployment")],
      },
    ];
    expect(only(await compare({ tree, cleared }, { tree: head, findings: [after] })).evidence).toMatchObject([
      { side: "head", changed: true },
    ]);
  });
});

describe("a step", () => {
  it("is always introduced, and its removed places stand on the left", async () => {
    const tree: Tree = { "events.ts": "orderId: string;\ntotal: number;\n" };
    const head: Tree = { "events.ts": "orderId: string;\n" };
    const removed = finding({
      rule: "breaking-event-change",
      subject: ["event:OrderCreated"],
      discriminator: "total removed",
      evidence: [{ ...at(tree, "events.ts", "total: number;"), side: "base" }],
    });
    expect(only(await compare({ tree }, { tree: head }, [removed]))).toMatchObject({
      status: "introduced",
      evidence: [{ side: "base", changed: true, startLine: 2 }],
    });
  });
});

import { describe, expect, it } from "vitest";
import { fingerprintOf } from "../../src/compare/fingerprint.js";
import {
  ORDERS,
  type Tree,
  at,
  batching,
  call,
  compare,
  finding,
  loop,
  looping,
  oneService,
  only,
  sharedDatabase,
  statuses,
} from "./shop.js";

const chain = (last: string, files: readonly string[], side: Tree) =>
  finding({
    rule: "sync-call-chain",
    subject: ["handler:gateway/checkout", `service:${last}`],
    measure: { name: "hops", value: files.length },
    evidence: files.map((file) => at(side, file, side[file]!.trim())),
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

  it("follows a call that asks the same target for something else, in the same function alone", async () => {
    const head: Tree = { [ORDERS]: looping[ORDERS]!.replace("stock(", "reserve(") };
    const reserving = (fn: string) =>
      finding({
        evidence: [at(head, ORDERS, "await inventory.reserve(item.sku);")],
        subject: ["service:orders", `function:${fn}`, "service:inventory", "operation:POST /reservations"],
      });
    const before = { tree: looping, findings: [call(looping)] };
    expect(statuses(await compare(before, { tree: head, findings: [reserving("OrdersService.create")] }))).toEqual([
      "unchanged n-plus-one-call",
    ]);
    expect(statuses(await compare(before, { tree: head, findings: [reserving("OrdersService.reserve")] }))).toEqual([
      "fixed n-plus-one-call",
      "introduced n-plus-one-call",
    ]);
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

  it("takes an event for another one only where all that publishes it was left alone", async () => {
    const tree: Tree = { "events.ts": "publish(name);\n", "names.ts": "OrderCreated\n" };
    const named: Tree = { ...tree, "names.ts": "OrderPlaced\n" };
    const rewritten: Tree = { ...named, "events.ts": "await publish(name);\n" };
    const event = (name: string, side: Tree) =>
      finding({ rule: "unversioned-event", subject: [`event:${name}`], evidence: [at(side, "events.ts", "publish(name);")] });
    const before = { tree, findings: [event("OrderCreated", tree)] };
    expect(statuses(await compare(before, { tree: named, findings: [event("OrderPlaced", named)] }))).toEqual([
      "unchanged unversioned-event",
    ]);
    expect(statuses(await compare(before, { tree: rewritten, findings: [event("OrderPlaced", rewritten)] }))).toEqual([
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

import { describe, expect, it } from "vitest";
import { ORDERS, type Tree, at, batching, call, compare, finding, looping, oneService, only, sharedDatabase, statuses } from "./shop.js";

const gateway = (side: Tree) =>
  finding({
    rule: "gateway-missing-auth",
    subject: ["gateway:shop"],
    evidence: [at(side, "kong.yml", "- orders"), at(side, "kong.yml", "- payments")],
  });
const route = (side: Tree) =>
  finding({ rule: "gateway-missing-auth", subject: ["gateway:shop", "route:orders"], evidence: [at(side, "kong.yml", "- orders")] });
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

  it("is unknown when nothing that shows it was touched, unless its service is gone or something clears it", async () => {
    const head: Tree = { ...looping, "services/orders/src/clients.ts": "export {};\n" };
    const before = { tree: looping, findings: [call(looping)], services: [...oneService("inventory"), ...oneService("orders")] };
    expect(statuses(await compare(before, { tree: head, services: before.services }))).toEqual(["unknown n-plus-one-call"]);
    expect(statuses(await compare(before, { tree: head, services: oneService("orders") }))).toEqual(["fixed n-plus-one-call"]);
    const cleared = [{ ...call(head), evidence: [at(head, "services/orders/src/clients.ts", "export {};")] }];
    expect(statuses(await compare(before, { tree: head, services: before.services, cleared }))).toEqual(["fixed n-plus-one-call"]);
  });

  it("is unknown too when its lines were only laid out anew, and fixed when they say something else now", async () => {
    const place = "await inventory.stock(item.sku);";
    const services = [...oneService("inventory"), ...oneService("orders")];
    const before = { tree: looping, findings: [call(looping)], services };
    const after = (text: string) => ({ tree: { [ORDERS]: looping[ORDERS]!.replace(place, text) }, services });
    expect(statuses(await compare(before, after("await inventory.stock(\n    item.sku,\n  )")))).toEqual(["unknown n-plus-one-call"]);
    expect(statuses(await compare(before, after("await cached.stock(\n    item.sku,\n  )")))).toEqual(["fixed n-plus-one-call"]);
  });

  it("is unknown when code that was left alone leads into a file that is gone, and fixed when that code went with it", async () => {
    const client = "services/orders/src/clients.ts";
    const tree: Tree = { ...looping, [client]: "get(sku)\n" };
    const base = call(tree);
    const before = { tree, findings: [{ ...base, evidence: [...base.evidence, at(tree, client, "get(sku)")] }] };
    const services = [...oneService("inventory"), ...oneService("orders")];
    expect(statuses(await compare({ ...before, services }, { tree: looping, services }))).toEqual(["unknown n-plus-one-call"]);
    expect(statuses(await compare({ ...before, services }, { tree: batching, services }))).toEqual(["fixed n-plus-one-call"]);
    const rewritten: Tree = { ...tree, [client]: "fromStore(sku)\n" };
    expect(statuses(await compare({ ...before, services }, { tree: rewritten, services }))).toEqual(["fixed n-plus-one-call"]);
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

  it("is fixed no more surely than what clears it, and introduced as surely as what shows it", async () => {
    const mesh: Tree = { ...looping, "mesh.yml": "- route: stock\n  timeout: 5s\n" };
    const { rule, subject } = call(looping);
    const evidence = [at(mesh, "mesh.yml", "  timeout: 5s", "deployment")];
    const cleared = [{ rule, subject, discriminator: "", evidence, confidence: "medium" as const }];
    const gone = only(await compare({ tree: looping, findings: [call(looping)] }, { tree: mesh, cleared }));
    expect(gone).toMatchObject({ status: "fixed", finding: { confidence: "medium" }, base: { confidence: "high" } });
    const come = only(await compare({ tree: mesh, cleared }, { tree: looping, findings: [call(looping)] }));
    expect(come).toMatchObject({ status: "introduced", finding: { confidence: "high" } });
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

import { describe, expect, it } from "vitest";
import type { Config, ConfigProblem } from "../../src/config/config.js";
import type { Catalogue } from "../../src/config/keys.js";
import { defaultConfig, mergeSettings, parseSettings, readSettings, type Settings } from "../../src/config/settings.js";

const PATH = ".github/faultline.yml";

const catalogue: Catalogue = {
  rules: [
    { id: "n-plus-one-call", summary: "Calls in loops.", options: {} },
    { id: "shared-database", summary: "One database, two services.", options: {} },
    {
      id: "sync-call-chain",
      summary: "Long chains.",
      options: { "max-hops": { description: "Most hops.", default: 3 }, ignore: { description: "Services left out.", default: [] } },
    },
  ],
  checklist: ["eventual-consistency", "schema-registry"],
};

function read(text: string): Config {
  const reading = readSettings(text, PATH, catalogue);
  if ("problems" in reading) throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}

function problems(text: string): readonly ConfigProblem[] {
  const reading = readSettings(text, PATH, catalogue);
  if (!("problems" in reading)) throw new Error("no problems");
  return reading.problems;
}

/** `line:column message | advice` */
function told(text: string): readonly string[] {
  return problems(text).map(({ line, column, message, advice }) => `${line}:${column} ${message} | ${advice}`);
}

function layer(text: string, path: string): Settings {
  const reading = parseSettings(text, path, catalogue);
  if ("problems" in reading) throw new Error(JSON.stringify(reading.problems));
  return reading.settings;
}

describe("a settings file", () => {
  it("gives every key its place", () => {
    const config = read(`
mode: advise
fail-on: warning
rules:
  n-plus-one-call: block
  sync-call-chain:
    level: comment
    max-hops: 4
    ignore: gateway
services:
  orders: ./services/orders/
  inventory: [apps/inventory, libs/stock]
exclude: legacy/**
include: [test/contract/**]
clients:
  - "@shop/clients"
  - module: libs/payments/**
    service: payments
waivers:
  - fingerprint: 1a2b3c4d5e6f
    reason: Moves out with the warehouse
    owner: "@acme/orders"
    until: 2026-12-31
  - rule: shared-database
    subject: database:postgres/orders_db
    reason: Reporting reads it nightly
systems: [acme/payments]
extends: acme/.github
comments:
  max: 3
inline-ignores: deny
sarif: true
traces:
  artifact: traces
checklist:
  eventual-consistency: pass
`);
    expect(config).toMatchObject({
      mode: "advise",
      failOn: "warning",
      rules: {
        "n-plus-one-call": { level: "block", options: {} },
        "sync-call-chain": { level: "comment", options: { "max-hops": 4, ignore: ["gateway"] } },
      },
      services: [
        { name: "inventory", paths: ["apps/inventory", "libs/stock"] },
        { name: "orders", paths: ["services/orders"] },
      ],
      exclude: ["legacy/**"],
      include: ["test/contract/**"],
      clients: [
        { module: "@shop/clients", service: null },
        { module: "libs/payments/**", service: "payments" },
      ],
      waivers: [
        {
          fingerprint: "1a2b3c4d5e6f",
          rule: null,
          subject: null,
          reason: "Moves out with the warehouse",
          owner: "@acme/orders",
          until: "2026-12-31",
          path: PATH,
          line: 20,
        },
        { fingerprint: null, rule: "shared-database", subject: "database:postgres/orders_db", line: 24 },
      ],
      systems: ["acme/payments"],
      comments: { max: 3 },
      inlineIgnores: "deny",
      sarif: true,
      traces: { artifact: "traces" },
      checklist: { "eventual-consistency": "pass" },
      path: PATH,
    });
  });

  it.each(["", "# nothing yet\n", "---\n", "{}\n"])("may say nothing: %j", (text) => {
    expect({ ...read(text), path: null }).toEqual(defaultConfig());
  });

  it("takes off for a word, whatever YAML it says it is, and digits for a fingerprint", () => {
    expect(read("%YAML 1.1\n---\nrules: {shared-database: off}\n").rules["shared-database"]?.level).toBe("off");
    expect(read("waivers: [{fingerprint: 123456789012, reason: old}]\n").waivers[0]?.fingerprint).toBe("123456789012");
    expect(read("waivers: [{fingerprint: 12345678e012, reason: old}]\n").waivers[0]?.fingerprint).toBe("12345678e012");
  });

  it("takes any rule and option where it is told of none", () => {
    const reading = readSettings("rules:\n  new-rule: {level: block, most: 3, names: [orders], strict: true}\n", PATH);
    expect(reading).toMatchObject({
      config: { rules: { "new-rule": { level: "block", options: { most: 3, names: ["orders"], strict: true } } } },
    });
    expect(readSettings("rules:\n  new-rule: {most: {a: 1}}\n", PATH)).toHaveProperty("problems");
  });

  it("keeps a waiver without a reason, for the report to complain of", () => {
    expect(read("waivers: [{fingerprint: 1a2b3c4d}]\n").waivers[0]?.reason).toBe("");
  });

  it("follows anchors", () => {
    expect(read("exclude: &old [legacy/**]\ninclude: *old\n").include).toEqual(["legacy/**"]);
  });

  it("knows names of any kind", () => {
    const config = read("services:\n  __proto__: services/proto\n  constructor: services/ctor\n");
    expect(config.services.map(({ name }) => name)).toEqual(["__proto__", "constructor"]);
  });
});

describe("problems", () => {
  it("have a place and say what to do", () => {
    expect(told("mode: enforce\nfailOn: error\n")).toEqual(['2:1 "failOn" is no known key in the file | Did you mean fail-on?']);
    expect(told("rules:\n  shared-databse: block\n")).toEqual(['2:3 "shared-databse" is no known rule | Did you mean shared-database?']);
    expect(told("rules:\n  shared-database: blok\n")).toEqual([
      '2:20 rules.shared-database is "blok", which is not a choice | Did you mean block? Choose one of off, observe, comment, block.',
    ]);
    expect(told("rules:\n  sync-call-chain: {max-hop: 3}\n")).toEqual([
      '2:21 "max-hop" is no known key in rules.sync-call-chain | Did you mean max-hops?',
    ]);
    expect(told("rules:\n  sync-call-chain: {max-hops: many}\n")).toEqual(['2:31 max-hops is "many" | Write a whole number of 0 or more.']);
    expect(told("mode:\n")).toEqual([expect.stringContaining("mode is empty, which is not a choice | Choose one of enforce, advise.")]);
    expect(told("sarif: yes\n")).toEqual(['1:8 sarif is "yes" | Write true or false.']);
    expect(told("exclude:\n")).toEqual([expect.stringContaining("exclude is empty | Give it a value or take the key out.")]);
    expect(told("services: [orders]\n")).toEqual(['1:11 services is a list | Write one line for each service, "service: value".']);
    expect(told("clients: [{service: orders}]\n")).toEqual(["1:11 an entry of clients has no module | Add module."]);
    expect(told("systems: [shop]\n")).toEqual(['1:11 an entry of systems is "shop" | Write owner/name.']);
    expect(told("- mode: enforce\n")).toEqual([expect.stringContaining("the file is a list | Write keys and values below it")]);
  });

  it("are about dates and fingerprints too", () => {
    expect(told("waivers: [{fingerprint: 1a2b3c4d, reason: x, until: 2026-13-01}]\n")).toEqual([
      '1:53 until is "2026-13-01" | Write a date such as 2026-12-31.',
    ]);
    expect(told("waivers: [{fingerprint: 1a2b, reason: x}]\n")[0]).toContain("a fingerprint as it is shown");
    expect(told("waivers: [{rule: shared-database, reason: x}]\n")).toEqual([
      "1:1 the waiver does not say what it accepts | Give it a fingerprint, or a rule and a subject.",
    ]);
  });

  it("come all at once", () => {
    expect(problems("mode: loud\nsarif: 3\nfail-on: maybe\n").map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  it.each([
    ["a tab", "mode: enforce\nrules:\n\tshared-database: off\n", 3],
    ["a key twice", "mode: enforce\nmode: advise\n", 2],
    ["an open bracket", "exclude: [a\n", 2],
    ["two documents", "mode: enforce\n---\nmode: advise\n", 2],
    ["a merge conflict", "<<<<<<< HEAD\nmode: advise\n=======\nmode: enforce\n>>>>>>> main\n", 1],
    ["an anchor that is not there", "mode: *none\n", 1],
  ])("name the line of %s", (_, text, line) => {
    expect(problems(text)[0]).toMatchObject({ path: PATH, line });
  });
});

describe("hostile files", () => {
  it("cost a bounded time", () => {
    // Nested brackets, many keys and many aliases are each quadratic or worse in a careless reader.
    const bomb = `a0: &a0 [x]\n${Array.from({ length: 30 }, (_unused, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}, *a${index}]`).join("\n")}\nexclude: *a30\n`;
    const texts = [
      bomb,
      "[".repeat(200_000),
      `mode: ${"{a: ".repeat(50_000)}`,
      `exclude: [${"a, ".repeat(50_000)}]`,
      `? ${"- ".repeat(20_000)}`,
      "\u0000\u0001",
      "mode: !!binary x",
      "&a *a",
      "exclude: &a [*a]",
      Array.from({ length: 20_000 }, (_unused, index) => `k${index}: 1`).join("\n"),
      `exclude: [&a x, ${"*a, ".repeat(15_000)}]`,
    ];
    for (const text of texts) expect(problems(text.slice(0, 128_000)).length).toBeGreaterThan(0);
    expect(problems("x".repeat(128_001))[0]?.message).toBe("the file has more than 128000 characters");
  });
});

describe("the hash", () => {
  it("is of what the settings say, not of how they are written", () => {
    const plain = read("rules: {shared-database: block}\nexclude: [a]\n");
    expect(read("# words\nexclude:\n  - a\nrules:\n  shared-database:\n    level: block\n").hash).toBe(plain.hash);
    expect(read("rules: {shared-database: comment}\nexclude: [a]\n").hash).not.toBe(plain.hash);
    expect(read("waivers: [{fingerprint: 1a2b3c4d, reason: x}]\n").hash).toBe(
      read("\n\nwaivers: [{reason: x, fingerprint: 1a2b3c4d}]\n").hash,
    );
  });
});

describe("merging", () => {
  const organisation = layer(
    "mode: enforce\nrules: {shared-database: block, sync-call-chain: {max-hops: 5}}\nexclude: legacy\nlocked: [mode]\nwaivers: [{fingerprint: aaaaaaaa, reason: all}]\n",
    "acme/.github:faultline.yml",
  );

  it("lets the nearer file win and lists grow", () => {
    const { config } = mergeSettings([
      organisation,
      layer("rules: {sync-call-chain: observe}\nexclude: old\nwaivers: [{fingerprint: bbbbbbbb, reason: one}]\n", PATH),
    ]);
    expect(config).toMatchObject({
      rules: { "shared-database": { level: "block" }, "sync-call-chain": { level: "observe", options: { "max-hops": 5 } } },
      exclude: ["legacy", "old"],
      path: PATH,
    });
    expect(config.waivers.map(({ path, fingerprint }) => [path, fingerprint])).toEqual([
      ["acme/.github:faultline.yml", "aaaaaaaa"],
      [PATH, "bbbbbbbb"],
    ]);
  });

  it("keeps what is locked, and says so", () => {
    const { config, problems: found } = mergeSettings([organisation, layer("sarif: true\nmode: advise\n", PATH)]);
    expect(config).toMatchObject({ mode: "enforce", sarif: true });
    expect(found).toMatchObject([{ path: PATH, message: "mode is locked by acme/.github:faultline.yml" }]);
  });
});

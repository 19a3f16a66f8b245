import { expect, test } from "vitest";
import { packageJson } from "../../src/facts/package-json.js";
import type { PackageFact } from "../../src/facts/workspace.js";

function read(value: unknown): PackageFact {
  const { facts } = packageJson.extract({ path: "package.json", text: JSON.stringify(value, null, 2) });
  return facts[0] as PackageFact;
}

test("merges the sections of dependencies; the version of production stands", () => {
  const fact = read({
    name: "@shop/orders",
    private: true,
    dependencies: { pg: "8" },
    devDependencies: { pg: "7", vitest: "4" },
    peerDependencies: { react: "*" },
    optionalDependencies: { fsevents: "2" },
  });
  expect(fact).toMatchObject({ name: "@shop/orders", private: true });
  expect({ ...fact.dependencies }).toEqual({ fsevents: "2", react: "*", pg: "8", vitest: "4" });
});

test("takes workspaces in both spellings", () => {
  expect(read({ workspaces: ["services/*"] }).workspaces).toEqual(["services/*"]);
  expect(read({ workspaces: { packages: ["services/*"] } }).workspaces).toEqual(["services/*"]);
});

test.each([
  [{ main: "dist/a.js" }, { ".": "dist/a.js" }],
  [{ main: "a.js", module: "a.mjs", types: "a.d.ts" }, { ".": "a.mjs" }],
  [{ exports: "./a.js" }, { ".": "./a.js" }],
  [{ exports: { import: "./a.mjs", require: "./a.cjs" } }, { ".": "./a.mjs" }],
  [
    { exports: { ".": { node: { import: "./a.mjs" } }, "./events": "./e.js", "./features/*": "./f/*.js" } },
    { ".": "./a.mjs", "./events": "./e.js", "./features/*": "./f/*.js" },
  ],
  [{ exports: { ".": null, "./x": ["./y.js"] } }, { "./x": "./y.js" }],
  [{}, {}],
])("entries of %j", (given, expected) => {
  expect(read(given).entries).toEqual(expected);
});

test("scripts have their lines, deployments and calls", () => {
  const { scripts } = read({ name: "orders", scripts: { build: "tsc", deploy: "npm run build && skaffold run -f skaffold.yaml" } });
  expect(scripts).toMatchObject([
    { name: "build", command: "tsc", deploys: [], lines: { startLine: 4, endLine: 4 } },
    {
      name: "deploy",
      deploys: [{ tool: "skaffold", targets: ["skaffold.yaml"], lines: { startLine: 5, endLine: 5 } }],
      calls: ["npm:build"],
      lines: { startLine: 5, endLine: 5 },
    },
  ]);
});

test("names such as __proto__ are names", () => {
  const { facts } = packageJson.extract({
    path: "package.json",
    text: '{ "dependencies": { "__proto__": "1", "constructor": "2" }, "scripts": { "__proto__": "x" } }',
  });
  const fact = facts[0] as PackageFact;
  expect(Object.keys(fact.dependencies)).toEqual(["__proto__", "constructor"]);
  expect(fact.scripts[0]!.name).toBe("__proto__");
});

test("a broken file says where", () => {
  expect(packageJson.extract({ path: "package.json", text: '{\n  "name": "a"\n  "main": "b"\n}' })).toEqual({
    facts: [],
    unreadable: [{ line: 3, reason: "not valid JSON: comma expected" }],
  });
});

import { describe, expect, test } from "vitest";
import { projectFiles } from "../../src/facts/project-files.js";
import { tsconfig } from "../../src/facts/tsconfig.js";
import { workspaceFiles } from "../../src/facts/workspace-files.js";

const read = (path: string, value: unknown) => projectFiles.extract({ path, text: JSON.stringify(value) }).facts;

describe("workspace files", () => {
  test.each([
    ["pnpm-workspace.yaml", "packages:\n  - services/*\n  - '!old'\n", "pnpm", ["services/*", "!old"]],
    ["lerna.json", '{ "packages": ["packages/*"] }', "lerna", ["packages/*"]],
    ["nx.json", '{ "workspaceLayout": { "appsDir": "services", "libsDir": "libs" } }', "nx", ["services/*", "libs/*"]],
    ["nx.json", "{}", "nx", []],
    ["turbo.json", '{ "tasks": {} } // ok', "turbo", []],
    ["rush.json", '{ /* all */ "projects": [{ "projectFolder": "services/orders", }] }', "rush", ["services/orders"]],
  ])("%s", (path, text, tool, packages) => {
    expect(workspaceFiles.extract({ path, text }).facts).toMatchObject([{ kind: "workspace", tool, packages }]);
  });

  test("a broken one says where", () => {
    expect(workspaceFiles.extract({ path: "nx.json", text: "{\n" }).unreadable).toHaveLength(1);
  });
});

describe("projects", () => {
  test.each([
    [
      { name: "orders", projectType: "application", targets: {} },
      { name: "orders", type: "application", root: "." },
    ],
    [
      { sourceRoot: "libs/a/src", projectType: "library" },
      { name: "", type: "library" },
    ],
    [{ name: "orders", targets: { build: {}, serve: {} } }, { type: "application" }],
    [{ name: "shared", targets: { build: {}, test: {} } }, { type: "library" }],
  ])("project.json %j", (value, expected) => {
    expect(read("apps/orders/project.json", value)).toMatchObject([{ tool: "nx", ...expected }]);
  });

  test("a project.json of another tool is none", () => {
    expect(read("project.json", { version: "1.0", frameworks: {} })).toEqual([]);
  });

  test("nest-cli.json names each project of a monorepo", () => {
    expect(
      read("nest-cli.json", {
        monorepo: true,
        root: "apps/orders",
        projects: { orders: { type: "application", root: "apps/orders" }, shared: { type: "library", sourceRoot: "libs/shared/src" } },
      }),
    ).toMatchObject([
      { tool: "nest", name: "orders", type: "application", root: "apps/orders" },
      { tool: "nest", name: "shared", type: "library", root: "libs/shared" },
    ]);
  });

  test("nest-cli.json of one application leaves the name to its directory", () => {
    expect(read("services/orders/nest-cli.json", { collection: "@nestjs/schematics", sourceRoot: "src" })).toMatchObject([
      { name: "", type: "application", root: "." },
    ]);
  });

  test("workspace.json of older Nx", () => {
    expect(
      read("workspace.json", {
        version: 2,
        projects: { orders: "apps/orders", payments: { root: "apps/payments", projectType: "application" } },
      }),
    ).toMatchObject([{ name: "payments", root: "apps/payments", type: "application" }]);
  });
});

describe("tsconfig", () => {
  test("with comments and trailing commas", () => {
    const text = `{
  // base
  "extends": ["./a.json", "@tsconfig/node22/tsconfig.json"],
  "compilerOptions": {
    "baseUrl": ".", "rootDir": "src", "outDir": "dist", /* paths */
    "paths": { "@shop/*": ["libs/*/src"], "constructor": ["x"], },
  },
}`;
    expect(tsconfig.extract({ path: "tsconfig.json", text }).facts).toEqual([
      {
        kind: "tsconfig",
        lines: { startLine: 1, endLine: 8 },
        extends: ["./a.json", "@tsconfig/node22/tsconfig.json"],
        baseUrl: ".",
        paths: { "@shop/*": ["libs/*/src"], constructor: ["x"] },
        rootDir: "src",
        outDir: "dist",
      },
    ]);
  });

  test.each([
    ["tsconfig.json", true],
    ["tsconfig.base.json", true],
    ["services/orders/tsconfig.build.json", true],
    ["jsconfig.json", true],
    ["mytsconfig.json", false],
  ])("accepts %s: %s", (path, accepted) => {
    expect(tsconfig.accepts(path)).toBe(accepted);
  });
});

import { describe, expect, it } from "vitest";
import { ORDERS, type Tree, at, compare, finding, only, sharedDatabase } from "./shop.js";

const missing = (tree: Tree) =>
  finding({ rule: "mesh-missing-timeout", subject: ["route:orders"], evidence: [at(tree, "mesh.yml", "- route: orders", "deployment")] });
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

  it("is the nearest change of its file, of its service or of what is called so, in this order, and no other", async () => {
    const tree: Tree = {
      [ORDERS]: "loop\nline\nline\n",
      "services/inventory/api.ts": "batch\n",
      "deploy/inventory.yaml": "image: inventory\n",
      "docs/a.md": "a\n",
      "docs/inventory.md": "a\n",
    };
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
    expect(await causes({ ...tree, "deploy/inventory.yaml": "image: stock\n", "docs/a.md": "b\n" })).toEqual([
      "introduced",
      "deploy/inventory.yaml",
      1,
      "head",
      "medium",
    ]);
    expect(await causes({ ...tree, "docs/a.md": "b\n", "docs/inventory.md": "b\n" })).toEqual([
      "unknown",
      undefined,
      undefined,
      undefined,
      "high",
    ]);
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

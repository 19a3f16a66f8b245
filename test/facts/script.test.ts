import { describe, expect, test } from "vitest";
import type { ScriptFact } from "../../src/facts/pipeline.js";
import { script } from "../../src/facts/script.js";

const read = (path: string, text: string): ScriptFact[] => script.extract({ path, text }).facts as ScriptFact[];

describe("Makefile", () => {
  test("each target is a script; its prerequisites and what it makes are calls", () => {
    const facts = read(
      "Makefile",
      `CHART := charts/shop
SERVICES = orders payments
ifeq ($(ENV),prod)
VALUES = prod.yaml
endif

.PHONY: deploy
deploy: build Dockerfile ## ships it
\t@for s in $(SERVICES); do \\
\t  helm upgrade $$s $(CHART); \\
\tdone
\t-$(MAKE) -C infra apply
\tcd k8s && kubectl apply -f .
\tkubectl apply -f base

build test-all:
\tdocker build -t shop/orders .
\tnpm test
clean:
\trm -rf dist
`,
    );
    expect(facts.map(({ target, lines }) => [target, lines.startLine, lines.endLine])).toEqual([
      ["deploy", 8, 14],
      ["build", 16, 18],
      ["test-all", 16, 18],
    ]);
    const [deploy, build] = facts;
    expect(deploy!.calls).toEqual(["make:build", "make:apply@infra"]);
    expect(deploy!.commands.map(({ targets, names, directory, lines }) => [targets, names, directory, lines.startLine])).toEqual([
      [["charts/shop"], ["orders", "payments"], null, 10],
      [["."], [], "k8s", 13],
      // Each line is a shell of its own.
      [["base"], [], null, 14],
    ]);
    expect(build).toMatchObject({ tests: true, commands: [{ builds: true }] });
  });

  test("assignments are no targets", () => {
    expect(read("Makefile", "A := kubectl\nB ?= x\nC: D = 1\n")).toEqual([]);
  });
});

test("a shell script has no target; one that deploys nothing leaves no fact", () => {
  expect(read("deploy.sh", "kubectl apply -f k8s\n")).toMatchObject([
    { target: null, lines: { startLine: 1, endLine: 2 }, commands: [{ targets: ["k8s"] }] },
  ]);
  expect(read("setup.sh", "echo hello\n")).toEqual([]);
});

test("a script without an extension says in its first line that it is one", () => {
  expect(read("bin/deploy", "#!/usr/bin/env bash\nkubectl apply -f k8s\n")).toHaveLength(1);
  expect(read("bin/deploy", "#!/usr/bin/env node\nkubectl apply -f k8s\n")).toEqual([]);
});

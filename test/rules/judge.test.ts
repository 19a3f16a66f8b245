import { expect, test } from "vitest";
import { defaultConfig } from "../../src/config/settings.js";
import { judge } from "../../src/rules/judge.js";
import { rules } from "../../src/rules/registry.js";
import type { Rule } from "../../src/rules/rule.js";
import { shop } from "../github/shop.js";
import { systemOf } from "../model/system.js";

test("a rule that throws, or overflows the stack, is reported as such, and the others still run", async () => {
  const { base, head } = shop();
  const model = await systemOf({ ...base, ...head } as Record<string, string>);
  const whole = judge(model, defaultConfig());
  expect(whole.findings.map(({ rule }) => rule)).toContain("shared-database");

  const deep = (): never => deep();
  const breaking = new Map<string, () => never>([
    ["n-plus-one-call", deep],
    [
      "gateway-missing-auth",
      () => {
        throw new Error("a defect");
      },
    ],
  ]);
  const catalogue = rules.map((rule) => ({ ...rule, check: breaking.get(rule.id) ?? rule.check }) as Rule);
  const some = judge(model, defaultConfig(), catalogue);
  expect(some.failures.map(({ rule }) => rule).sort()).toEqual(["gateway-missing-auth", "n-plus-one-call"]);
  expect(some.findings).toEqual(whole.findings.filter(({ rule }) => !breaking.has(rule)));
});

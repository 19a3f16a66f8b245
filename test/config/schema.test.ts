import { Ajv } from "ajv";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { settingsSchema } from "../../src/config/schema.js";
import { readSettings } from "../../src/config/settings.js";
import { CHECKLIST } from "../../src/report/checklist.js";
import { rules } from "../../src/rules/registry.js";

const catalogue = { rules, checklist: CHECKLIST.map(({ id }) => id) };
const schema = settingsSchema(catalogue);

describe("schemas/settings.schema.json", () => {
  it("is what the reader checks by; after a change of rules or keys, run: npm run accept", async () => {
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot("../../schemas/settings.schema.json");
  });

  it("describes everything that it names", () => {
    const silent: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [name, property] of Object.entries((value as { properties?: object }).properties ?? {})) {
        if (typeof (property as { description?: unknown }).description !== "string") silent.push(`${path}.${name}`);
      }
      for (const [key, child] of Object.entries(value)) visit(child, `${path}.${key}`);
    };
    visit(schema, "settings");
    expect(silent).toEqual([]);
  });
});

describe("the schema and the reader", () => {
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
  const rule = fc.constantFrom(...rules.map(({ id }) => id), "shared-databse");
  const level = fc.constantFrom("off", "observe", "comment", "block", "loud");
  const anything = fc.oneof(
    fc.constantFrom("", "orders", "services/orders", "acme/shop", "2026-12-31", "2026-13-01", "1a2b3c4d", "enforce", "off", "pass"),
    fc.integer({ min: -2, max: 30 }),
    fc.boolean(),
    fc.constant(null),
  );
  const some = fc.oneof(
    anything,
    fc.array(anything, { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("module", "service", "max", "artifact", "level", "reason", "rule", "orders"), anything, { maxKeys: 3 }),
  );
  const file = fc.record(
    {
      mode: fc.oneof(fc.constantFrom("enforce", "advise"), some),
      "fail-on": fc.oneof(fc.constantFrom("error", "never"), some),
      rules: fc.oneof(fc.dictionary(rule, fc.oneof(level, fc.record({ level })), { maxKeys: 3 }), some),
      services: fc.oneof(fc.dictionary(fc.constantFrom("orders", "__proto__"), fc.constantFrom("services/orders", ["a", "b"], 3)), some),
      exclude: some,
      clients: fc.oneof(
        fc.array(fc.oneof(fc.constant("@shop/clients"), fc.record({ module: fc.constant("@shop/orders"), service: anything })), {
          maxLength: 2,
        }),
        some,
      ),
      systems: some,
      comments: fc.oneof(fc.record({ max: anything }), some),
      sarif: some,
      traces: some,
      "inline-ignores": fc.oneof(fc.constant("deny"), some),
      checklist: fc.oneof(fc.record({ "eventual-consistency": fc.constantFrom("pass", "maybe") }), some),
      failOn: some,
    },
    { requiredKeys: [] },
  );

  it("agree on every file", () => {
    fc.assert(
      fc.property(file, (settings) => {
        const accepted = "config" in readSettings(stringify(settings), ".github/faultline.yml", catalogue);
        expect(accepted, JSON.stringify(validate.errors)).toBe(validate(settings));
      }),
      { numRuns: 200 },
    );
  });
});

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { settingsShape } from "../../src/config/keys.js";
import { readSettings } from "../../src/config/settings.js";
import { CHECKLIST } from "../../src/report/checklist.js";
import { rules } from "../../src/rules/registry.js";

const page = readFileSync(path.resolve(import.meta.dirname, "../../docs/settings.md"), "utf8");
const examples = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text]) => text!);

describe("docs/settings.md", () => {
  it.each(examples)("has examples that are settings: %#", (text) => {
    const reading = readSettings(text, "docs/settings.md");
    expect("problems" in reading ? reading.problems : []).toEqual([]);
  });

  it("speaks of rules that exist", () => {
    const known = new Set([...CHECKLIST.flatMap((line) => line.rules), ...rules.map(({ id }) => id)]);
    const named = examples.flatMap((text) => {
      const reading = readSettings(text, "docs/settings.md");
      return "config" in reading ? Object.keys(reading.config.rules) : [];
    });
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });

  it("explains every key, and no other", () => {
    const table = page.slice(page.indexOf("## Keys"), page.indexOf("### `rules`"));
    expect([...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, key]) => key)).toEqual(Object.keys(settingsShape(null).fields));
  });
});

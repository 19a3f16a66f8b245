import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "../..");
const page = readFileSync(path.join(ROOT, "docs/security.md"), "utf8");

const files = [...new Set([...page.matchAll(/`(test\/[^`]+)`/g)].map(([, file]) => file!))];
const titles = [...page.matchAll(/"([^"]+)" in\s+`(test\/[^`]+)`/g)].map(([, title, file]) => ({ title: title!, file: file! }));

/** A claim about security is worth what its test is. */
test("the page on security names many tests, and titles of some", () => {
  expect(files.length).toBeGreaterThan(15);
  expect(titles.length).toBeGreaterThan(3);
});

test.each(files)("%s is there", (file) => {
  expect(existsSync(path.join(ROOT, file))).toBe(true);
});

test.each(titles)("$title is a test of $file", ({ title, file }) => {
  expect(readFileSync(path.join(ROOT, file), "utf8")).toContain(title);
});

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "../..");

const pages = [
  "README.md",
  ...readdirSync(path.join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).map((name) => `docs/${name}`),
].filter((name) => name.endsWith(".md"));

/** Links and pictures outside of code, to places of this project. */
function linksOf(page: string): readonly string[] {
  const prose = readFileSync(path.join(ROOT, page), "utf8")
    .replaceAll(/^```.*?^```/gms, "")
    .replaceAll(/`[^`\n]*`/g, "code");
  const targets = [...prose.matchAll(/\]\(([^()\s]+)\)/g), ...prose.matchAll(/\b(?:src|srcset|href)="([^"\s]+)"/g)];
  return targets.flatMap(([, target]) => (target === undefined || /^[a-z]+:/.test(target) ? [] : [target]));
}

/** As GitHub names headings. */
function anchorsOf(file: string): readonly string[] {
  return [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test.each(pages)("%s links to what exists", (page) => {
  for (const link of linksOf(page)) {
    const [target = "", anchor] = link.split("#");
    const file = target === "" ? path.join(ROOT, page) : path.resolve(ROOT, path.dirname(page), target);
    expect(existsSync(file), link).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(file), link).toContain(anchor);
  }
});

test("every page is reached from the first one", () => {
  const reached = new Set<string>();
  const visit = (page: string): void => {
    if (reached.has(page)) return;
    reached.add(page);
    for (const link of linksOf(page)) {
      const target = path.posix.join(path.posix.dirname(page), link.split("#")[0] ?? "");
      if (target.endsWith(".md")) visit(target);
    }
  };
  visit("README.md");
  expect(pages.filter((page) => !reached.has(page))).toEqual([]);
});

const IMAGES = path.join(ROOT, "docs/images");

test("every picture is shown somewhere, says what it shows, and all of them are light to load", () => {
  const shown = new Set(pages.flatMap((page) => linksOf(page).map((link) => path.resolve(ROOT, path.dirname(page), link))));
  const images = readdirSync(IMAGES).map((name) => path.join(IMAGES, name));
  expect(images.filter((image) => !shown.has(image))).toEqual([]);
  expect(images.reduce((sum, image) => sum + statSync(image).size, 0)).toBeLessThan(2_000_000);
  for (const page of pages) {
    for (const [tag] of readFileSync(path.join(ROOT, page), "utf8").matchAll(/<img\b[^>]*>|!\[[^\]]*\]\(/g))
      expect(tag, page).toMatch(/alt="[^"]{10,}"|^!\[[^\]]{10,}\]/);
  }
});

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { validate } from "dockerfile-utils";
import { describe, expect, test } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "../..");
const text = readFileSync(path.join(ROOT, "Dockerfile"), "utf8");
const instructions = text
  .replaceAll("\\\n", "")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));
const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith("FROM ")));

describe("the image", () => {
  test("is described without a mistake", () => {
    expect(validate(text).map(({ message, range }) => [range.start.line + 1, message])).toEqual([]);
  });

  test("begins with exact versions", () => {
    const images = instructions.filter((line) => line.startsWith("FROM ")).map((line) => line.split(" ")[1]);
    for (const image of images) expect(image).toMatch(/^node:\d+\.\d+\.\d+-/);
  });

  test("runs without root, and says whether it is well", () => {
    expect(last.findLast((line) => line.startsWith("USER "))).toBe("USER node");
    expect(last.some((line) => line.startsWith("HEALTHCHECK "))).toBe(true);
  });

  test("copies files that exist and that the build's context holds", () => {
    const context = readFileSync(path.join(ROOT, ".dockerignore"), "utf8").split("\n");
    const sources = instructions
      .filter((line) => line.startsWith("COPY ") && !line.includes("--from"))
      .flatMap((line) => line.split(" ").slice(1, -1));
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources) {
      expect(existsSync(path.join(ROOT, source)), source).toBe(true);
      expect(context).toContain(`!${source}`);
    }
  });
});

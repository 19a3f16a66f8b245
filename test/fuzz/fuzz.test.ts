import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { mutated, randomOf } from "./mutations.js";
import { parsers } from "./parsers.js";
import { wrongWith } from "./reading.js";

const SEEDS = path.join(import.meta.dirname, "seeds");

/** A few texts of each parser in every run; `npm run fuzz` makes as many as one has time for. */
describe.each(parsers)("$name", (parser) => {
  beforeAll(() => parser.prepare?.());

  test("reads what is valid", () => {
    expect(parser.valid).not.toEqual([]);
    for (const text of parser.valid) expect(wrongWith(parser, text)).toBeNull();
  });

  test("reads what once was read wrong", () => {
    const folder = path.join(SEEDS, parser.name);
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      expect(wrongWith(parser, JSON.parse(readFileSync(path.join(folder, name), "utf8")) as string), name).toBeNull();
    }
  });

  test("survives whatever is made of it", () => {
    const random = randomOf(20_261_124);
    for (let texts = 0; texts < 25; texts++) expect(wrongWith(parser, mutated(parser.valid, random))).toBeNull();
  });
});

test("every kept text belongs to a parser that there is", () => {
  const names = new Set(parsers.map(({ name }) => name));
  for (const name of existsSync(SEEDS) ? readdirSync(SEEDS) : []) expect([...names]).toContain(name);
});

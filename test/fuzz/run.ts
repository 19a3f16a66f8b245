/**
 * `npm run fuzz -- --minutes N [--parser name] [--seed N]`: N minutes for each parser, of texts made from valid ones. What a
 * parser may not do is printed and kept in test/fuzz/seeds/, where a test reads it again.
 */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { mutated, randomOf } from "./mutations.js";
import { parsers, type Parser } from "./parsers.js";
import { wrongWith } from "./reading.js";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "2" },
    parser: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
  },
});

/** Of one parser: more say the same. */
const MOST_FINDINGS = 5;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function keep(parser: Parser, text: string, wrong: string): void {
  const folder = path.join(import.meta.dirname, "seeds", parser.name);
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, createHash("sha256").update(text).digest("hex").slice(0, 12));
  writeFileSync(file, JSON.stringify(text));
  say(`  ${parser.name}: ${wrong}\n  kept as ${path.relative(process.cwd(), file)}`);
}

/** `true`: nothing was found. */
async function fuzz(parser: Parser, seed: number, milliseconds: number): Promise<boolean> {
  await parser.prepare?.();
  const random = randomOf(seed);
  const end = Date.now() + milliseconds;
  let texts = 0;
  let findings = 0;
  while (Date.now() < end && findings < MOST_FINDINGS) {
    const text = mutated(parser.valid, random);
    const wrong = wrongWith(parser, text);
    texts++;
    if (wrong === null) continue;
    findings++;
    keep(parser, text, wrong);
  }
  say(`${parser.name}: ${texts} texts, ${findings} findings, seed ${seed}`);
  return findings === 0;
}

const chosen = parsers.filter(({ name }) => values.parser === undefined || name === values.parser);
if (chosen.length === 0) throw new Error(`--parser is one of ${parsers.map(({ name }) => name).join(", ")}`);
let clean = true;
for (const parser of chosen) clean = (await fuzz(parser, Number(values.seed), Number(values.minutes) * 60_000)) && clean;
process.exitCode = clean ? 0 : 1;

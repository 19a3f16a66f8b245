/**
 * How well the graph of real systems agrees with a person's reading of them.
 *
 *     npm run edges -- DIR...      local clones of the repositories that test/systems/*.json names, bare or not
 *
 * For each: precision and recall by kind of edge, then each edge that differs.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { precisionAndRecall, score, type Graph, type Reading } from "./score.js";

const root = path.resolve(import.meta.dirname, "../..");
const readings = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".json"))
  .map((file) => JSON.parse(readFileSync(path.join(import.meta.dirname, file), "utf8")) as Reading);

const directories = process.argv.slice(2);
if (directories.length === 0) {
  process.stderr.write(`Give local clones of ${readings.map(({ repository }) => repository).join(", ")}.\n`);
  process.exitCode = 2;
}
for (const directory of directories) report(directory);

function report(directory: string): void {
  const reading = readings.find(({ commit }) => spawnSync("git", ["-C", directory, "cat-file", "-e", `${commit}^{commit}`]).status === 0);
  if (reading === undefined) {
    process.stdout.write(`${directory}: no commit of it was read\n`);
    process.exitCode = 2;
    return;
  }
  const output = execFileSync(process.execPath, [path.join(root, "dist/cli.js"), "graph", directory, "--ref", reading.commit, "--quiet"], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const scores = score(reading, JSON.parse(output) as Graph);
  process.stdout.write(`${reading.repository} ${line(precisionAndRecall(scores))}\n`);
  for (const one of scores) {
    process.stdout.write(`  ${one.kind.padEnd(10)} ${line(precisionAndRecall([one]))}  ${one.found.length} found\n`);
    for (const edge of one.missed) process.stdout.write(`    missed ${edge}\n`);
    for (const edge of one.wrong) process.stdout.write(`    wrong  ${edge}\n`);
  }
}

function line({ precision, recall }: { readonly precision: number; readonly recall: number }): string {
  return `precision ${precision.toFixed(3)} recall ${recall.toFixed(3)}`;
}

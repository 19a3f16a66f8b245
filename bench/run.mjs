/**
 * What Faultline costs, against floors and other tools measured in the same run.
 *
 *     npm run bench                                   systems of 10, 100 and 1,000 services with 30 source files each
 *     npm run bench -- --services 200                 one size
 *     npm run bench -- --repo DIR --base A --head B   a repository of yours, bare or not
 *     npm run bench -- --json FILE --runs 3 --no-tools
 *
 * Ratios are of processor time (user and system, all threads), which other programs disturb less than the clock.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { changeFiles, writeSystem } from "./system.mjs";

const ROOT = path.resolve(import.meta.dirname, "..");
const FILES = 30;
const THREADS = Math.max(1, Math.min(4, availableParallelism()));
const { values: options } = parseArgs({
  options: {
    services: { type: "string", default: "10,100,1000" },
    repo: { type: "string" },
    base: { type: "string", default: "HEAD~1" },
    head: { type: "string", default: "HEAD" },
    json: { type: "string" },
    runs: { type: "string", default: "1" },
    tools: { type: "boolean", default: true },
  },
  allowNegative: true,
});
const work = mkdtempSync(path.join(tmpdir(), "faultline-bench-"));
const git = (directory, ...args) =>
  execFileSync("git", ["-C", directory, "-c", "user.name=Bench", "-c", "user.email=bench@example.com", ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  }).trim();

/** One process: seconds on the clock and of the processor, and the most memory that it held. `null` where it failed. */
function measure(args, { cwd = ROOT, cache = path.join(work, "none"), accept = [0] } = {}) {
  const usage = path.join(work, "usage.json");
  const env = { ...process.env, BENCH_USAGE: usage, XDG_CACHE_HOME: cache };
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", path.join(ROOT, "bench/usage.mjs"), ...args], {
    cwd,
    env,
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  const seconds = (performance.now() - start) / 1000;
  if (!accept.includes(status)) {
    process.stderr.write(`${args.join(" ")}: exit ${status}\n${stderr.slice(0, 600)}\n`);
    return null;
  }
  return { seconds, ...JSON.parse(readFileSync(usage, "utf8")), stdout };
}

/** The run with the least processor time. */
function best(run) {
  const all = Array.from({ length: Number(options.runs) }, run).filter((one) => one !== null);
  return all.sort((a, b) => a.cpu - b.cpu)[0] ?? null;
}

function faultline(cache, command) {
  return measure(
    [
      path.join(ROOT, "dist/cli.js"),
      ...command,
      "--format",
      "json",
      "--output",
      path.join(work, "report.json"),
      ...(command[0] === "review" ? ["--fail-on", "never"] : []),
    ],
    { cache },
  );
}

/** On a copy of the cache, so that each run finds what an earlier review of the base left behind and no more. */
function onCopy(cache, command) {
  const copy = path.join(work, "copy");
  rmSync(copy, { recursive: true, force: true });
  cpSync(cache, copy, { recursive: true, preserveTimestamps: true });
  return faultline(copy, command);
}

/** @param tree where the files lie, for tools that read directories */
function benchmark(name, repository, { base, pulls, tree }) {
  const rows = {};
  const warm = path.join(work, "warm");
  rmSync(warm, { recursive: true, force: true });
  rows["floor: read the blobs"] = best(() => measure(["bench/floor.mjs", "read", repository, base]));
  rows[`floor: read and parse, ${THREADS} threads`] = best(() => measure(["bench/floor.mjs", "parse", repository, base, String(THREADS)]));
  rows["cold scan"] = best(() => {
    rmSync(warm, { recursive: true, force: true });
    return faultline(warm, ["scan", repository, "--ref", base]);
  });
  rows["warm scan"] = best(() => faultline(warm, ["scan", repository, "--ref", base]));
  for (const { title, head } of pulls)
    rows[title] = best(() => onCopy(warm, ["review", "--repo", repository, "--base", base, "--head", head, "--exact-base"]));
  const stages = measure(["bench/stages.mjs", repository, base, pulls[0].head, path.join(warm, "faultline/facts")]);
  if (stages !== null) for (const [stage, cost] of Object.entries(JSON.parse(stages.stdout))) rows[`stage: ${stage}`] = cost;
  if (options.tools && tree !== null) Object.assign(rows, tools(tree));
  const files = Number(rows["floor: read the blobs"]?.stdout.trim());
  return {
    name,
    files,
    rows: Object.fromEntries(
      Object.entries(rows).map(([row, found]) => [
        row,
        found === null ? null : { seconds: found.seconds ?? null, cpu: found.cpu, megabytes: found.megabytes ?? null },
      ]),
    ),
  };
}

function tools(tree) {
  const at = (bin) => path.join(ROOT, "node_modules", bin);
  return {
    "dependency-cruiser": measure(
      [at("dependency-cruiser/bin/dependency-cruise.mjs"), ".", "--no-config", "--exclude", "node_modules", "--output-type", "err"],
      { cwd: tree, accept: [0, 1] },
    ),
    "eslint, no types": measure(
      ["--max-old-space-size=4096", at("eslint/bin/eslint.js"), "--config", path.join(ROOT, "bench/eslint.config.mjs"), "."],
      { cwd: tree, accept: [0, 1] },
    ),
    knip: measure([at("knip/bin/knip.js"), "--no-exit-code"], { cwd: tree, accept: [0, 1] }),
  };
}

function generated(services) {
  const repository = path.join(work, `system-${services}`);
  mkdirSync(repository);
  git(repository, "init", "--quiet", "--initial-branch=main");
  const size = { services, files: FILES };
  writeSystem(repository, size);
  git(repository, "add", "--all");
  git(repository, "commit", "--quiet", "--message=Base");
  const base = git(repository, "rev-parse", "HEAD");
  const pulls = [10, 300].map((count) => {
    git(repository, "checkout", "--quiet", "-b", `change-${count}`, base);
    changeFiles(repository, size, count);
    git(repository, "commit", "--quiet", "--all", "--message=Head");
    const head = git(repository, "rev-parse", "HEAD");
    return { title: `warm pull request of ${git(repository, "diff", "--name-only", base, head).split("\n").length} files`, head };
  });
  git(repository, "checkout", "--quiet", base);
  const result = benchmark(`${services} services`, repository, { base, pulls, tree: repository });
  rmSync(repository, { recursive: true, force: true });
  return result;
}

function given(repository) {
  const [base, head] = [options.base, options.head].map((ref) => git(repository, "rev-parse", `${ref}^{commit}`));
  const count = git(repository, "diff", "--name-only", base, head)
    .split("\n")
    .filter((line) => line !== "").length;
  const tree = path.join(work, "tree");
  mkdirSync(tree);
  execFileSync("tar", ["-x", "-C", tree], { input: execFileSync("git", ["-C", repository, "archive", base], { maxBuffer: 2 ** 31 - 1 }) });
  return benchmark(path.basename(repository), repository, { base, pulls: [{ title: `warm pull request of ${count} files`, head }], tree });
}

function table({ name, files, rows }) {
  const floor = Object.entries(rows).find(([row]) => row.includes("parse"))?.[1]?.cpu;
  const cold = rows["cold scan"]?.cpu;
  const number = (value, digits = 2) => (value === null || value === undefined || Number.isNaN(value) ? "" : value.toFixed(digits));
  const lines = Object.entries(rows).map(([row, found]) =>
    found === null
      ? `| ${row} | failed | | | | |`
      : `| ${row} | ${number(found.cpu)} | ${number(found.seconds)} | ${number(found.megabytes, 0)} | ${number(found.cpu / floor)} | ${number(found.cpu / cold)} |`,
  );
  return [
    `### ${name}, ${files} source files`,
    "",
    "| | CPU, s | clock, s | peak MB | / floor | / cold scan |",
    "|---|--:|--:|--:|--:|--:|",
    ...lines,
    "",
  ].join("\n");
}

/** Start-up: the help text against a process that does nothing. */
function startUp() {
  const empty = best(() => measure(["-e", "0"]));
  const help = best(() => measure([path.join(ROOT, "dist/cli.js"), "--help"]));
  return { "empty Node process": empty, "faultline --help": help };
}

try {
  const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}`;
  const start = startUp();
  const results =
    options.repo === undefined
      ? options.services.split(",").map((services) => generated(Number(services)))
      : [given(path.resolve(options.repo))];
  console.log(`${machine}\n`);
  const [empty, help] = Object.values(start);
  if (empty !== null && help !== null)
    console.log(`Help text: ${help.cpu.toFixed(2)} s of CPU, ${(help.cpu / empty.cpu).toFixed(2)} times an empty Node process.\n`);
  for (const result of results) console.log(table(result));
  if (options.json !== undefined)
    writeFileSync(
      options.json,
      `${JSON.stringify({ machine, date: new Date().toISOString().slice(0, 10), startUp: start, systems: results }, null, 2)}\n`,
    );
} finally {
  rmSync(work, { recursive: true, force: true });
}

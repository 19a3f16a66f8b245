// How fast and how slim TypeScript files become facts, on a real repository:
//
//     npm run build && node bench/extract.mjs DIR [REF]
//
// Prints files per second of the bare parser and of the extractor, their ratio, and the bytes of the facts per byte of source.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [repository, ref = "HEAD"] = process.argv.slice(2);
if (repository === undefined) {
  process.stderr.write("usage: node bench/extract.mjs DIR [REF]\n");
  process.exit(2);
}
const built = resolve(process.env.FAULTLINE_BUILD ?? new URL("../build", import.meta.url).pathname);
const { typescript } = await import(pathToFileURL(`${built}/facts/typescript/extractor.js`).href);
const { encodeFacts } = await import(pathToFileURL(`${built}/facts/encoding.js`).href);
const { exclusionByContent, exclusionByPath } = await import(pathToFileURL(`${built}/facts/exclusion.js`).href);
const { ts } = createRequire(import.meta.url)("ts-morph");

const files = readFiles(repository, ref).filter(({ path, text }) => exclusionByContent(path, text) === null);
const bytes = files.reduce((sum, { text }) => sum + text.length, 0);
const options = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
const parse = ({ path, text }) => ts.createSourceFile(path, text, options, false);
const extract = (file) => typescript.extract(file);

// Alternating rounds, the best of each: other programs on the machine disturb both alike.
let bare = Infinity;
let full = Infinity;
for (let round = 0; round < 10; round += 1) {
  bare = Math.min(bare, time(parse));
  full = Math.min(full, time(extract));
}
const extractions = files.map(extract);
const written = extractions.reduce((sum, { facts }) => sum + encodeFacts({ facts, unreadable: [], ignores: [], excluded: null }).length, 0);
const unreadable = extractions.flatMap((each, index) => each.unreadable.map((trouble) => ({ path: files[index].path, ...trouble })));
const perSecond = (ms) => Math.round(files.length / (ms / 1000));

print(`${files.length} files, ${(bytes / 1e6).toFixed(1)} MB of source`);
print(`bare parser   ${perSecond(bare)} files/s`);
print(`extractor     ${perSecond(full)} files/s, ${((100 * bare) / full).toFixed(0)} % of the bare parser`);
print(`facts         ${(written / 1e6).toFixed(1)} MB encoded, ${(written / bytes).toFixed(2)} bytes per byte of source`);
print(`unreadable    ${unreadable.length}`);
for (const { path, line, reason } of unreadable.slice(0, 20)) print(`  ${path}:${line} ${reason}`);

/** Processor time in ms, which other programs disturb less than the clock. */
function time(work) {
  const start = process.cpuUsage();
  for (const file of files) work(file);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function readFiles(directory, commit) {
  const git = (args, input) => execFileSync("git", ["-C", directory, ...args], { input, maxBuffer: 2 ** 31 - 1 });
  const all = git(["ls-tree", "-r", "--name-only", "-z", commit]).toString().split("\0");
  const present = new Set(all);
  const paths = all.filter((path) => typescript.accepts(path) && exclusionByPath(path, present) === null);
  const output = git(["cat-file", "--batch"], paths.map((path) => `${commit}:${path}\n`).join(""));
  const found = [];
  let offset = 0;
  for (const path of paths) {
    const lineEnd = output.indexOf(10, offset);
    const header = output.toString("utf8", offset, lineEnd);
    offset = lineEnd + 1;
    if (header.endsWith(" missing")) continue;
    const size = Number(header.slice(header.lastIndexOf(" ") + 1));
    found.push({ path, text: output.toString("utf8", offset, offset + size) });
    offset += size + 1;
  }
  return found;
}

function print(line) {
  process.stdout.write(`${line}\n`);
}

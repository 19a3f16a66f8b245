// What cannot be avoided, as a process of its own:
//
//     node bench/floor.mjs read GITDIR REF            reads all source blobs
//     node bench/floor.mjs parse GITDIR REF THREADS   reads them and parses each with the bare compiler API in so many threads
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const SOURCE = /\.[cm]?[jt]sx?$/;

if (isMainThread) {
  const [what, repository, ref, threads = "1"] = process.argv.slice(2);
  const texts = blobs(repository, ref);
  if (what === "parse") await parse(texts, Number(threads));
  console.log(texts.length);
} else {
  // The compiler alone, as Faultline loads it.
  const ts = createRequire(createRequire(createRequire(import.meta.url).resolve("ts-morph")).resolve("@ts-morph/common"))(
    "./typescript.js",
  );
  const options = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
  for (const text of workerData) ts.createSourceFile("a.tsx", text, options, false);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  parentPort.postMessage("done");
}

function blobs(repository, ref) {
  const git = (args, input) => execFileSync("git", ["-C", repository, ...args], { input, maxBuffer: 2 ** 31 - 1 });
  const names = git(["ls-tree", "-r", "-z", ref])
    .toString()
    .split("\0")
    .flatMap((line) => {
      const [head, path] = line.split("\t");
      return path !== undefined && SOURCE.test(path) && head.includes(" blob ") ? [head.split(" ")[2]] : [];
    });
  const output = git(["cat-file", "--batch"], `${names.join("\n")}\n`);
  const texts = [];
  for (let offset = 0; offset < output.length;) {
    const end = output.indexOf(10, offset);
    const size = Number(output.toString("latin1", offset, end).split(" ")[2]);
    if (Number.isNaN(size)) {
      offset = end + 1;
      continue;
    }
    texts.push(output.toString("utf8", end + 1, end + 1 + size));
    offset = end + size + 2;
  }
  return texts;
}

async function parse(texts, threads) {
  const shares = Array.from({ length: threads }, (_, thread) => texts.filter((_text, index) => index % threads === thread));
  await Promise.all(
    shares.map(
      (share) =>
        new Promise((resolve, reject) => {
          new Worker(new URL(import.meta.url), { workerData: share }).on("message", resolve).on("error", reject);
        }),
    ),
  );
}

// The stages of one review in one process, with facts from a warm cache: prints seconds of processor time and of the clock as JSON.
//
//     node bench/stages.mjs GITDIR BASE HEAD CACHE
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

const built = path.resolve(import.meta.dirname, "../build");
const load = (file) => import(pathToFileURL(path.join(built, file)).href);
const [repositoryPath, base, head, directory] = process.argv.slice(2);
const { openRepository, commitSnapshot, resolveCommit } = await load("snapshot/git.js");
const { gatherFacts } = await load("extraction/gather.js");
const { diskCache } = await load("extraction/disk-cache.js");
const { inThisThread } = await load("extraction/extraction.js");
const { defaultConfig } = await load("config/settings.js");
const { knowing, linkSystem } = await load("model/build.js");
const { judge, judgeChange } = await load("rules/judge.js");
const { review } = await load("review.js");
const { memorySnapshot } = await load("snapshot/memory.js");
const { openStore } = await load("store/open.js");

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const stages = {};
async function stage(name, work) {
  const [start, began] = [cpu(), performance.now()];
  const result = await work();
  stages[name] = { cpu: cpu() - start, seconds: (performance.now() - began) / 1_000 };
  return result;
}

const config = defaultConfig();
const repository = await openRepository(repositoryPath);
const snapshots = await stage("snapshots", async () => [
  await commitSnapshot(repository, await resolveCommit(repository, base)),
  await commitSnapshot(repository, await resolveCommit(repository, head)),
]);
const entries = new Map();
const cache = diskCache({ directory });
const keeping = {
  load: async (keys) => new Map([...(await cache.load(keys))].map(([key, bytes]) => (entries.set(key, bytes), [key, bytes]))),
  save: () => Promise.resolve(),
};
const [before, after] = await stage("facts from the cache", () => gatherFacts(snapshots, config, { ...inThisThread, cache: keeping }));
const baseSystem = await stage("linking", () => linkSystem(before, config));
const headSystem = await stage("linking, the head with the base's parts", () =>
  linkSystem(after, config, { facts: before, system: baseSystem }),
);
await stage("linking, the second in its process", () => linkSystem(before, config));
await stage("linking, the third in its process", () => linkSystem(before, config));
const [baseModel, headModel] = [baseSystem, headSystem].map((system) => knowing(system, {}));
await stage("rules", () => [judge(baseModel, config), judge(headModel, config), judgeChange(baseModel, headModel, config)]);

// As the App does it again and again: what GitHub would give is in memory, the base is known, and the files of the change are not.
const known = new Map();
const ofBase = {
  load: async (keys) => new Map(keys.flatMap((key) => (known.has(key) ? [[key, known.get(key)]] : []))),
  save: async (saved) => saved.forEach((bytes, key) => known.set(key, bytes)),
};
const [baseFiles, headFiles] = [await textsOf(snapshots[0]), await textsOf(snapshots[1])];
const inMemory = memorySnapshot(baseFiles);
const reviewed = (head, cache) => review(inMemory, head, config, { extraction: { ...inThisThread, cache, linker: "bench" } });
await reviewed(inMemory, ofBase);
const pulls = {
  "ten files of as many services": memorySnapshot(headFiles),
  "ten files of one service": memorySnapshot(inOneService(baseFiles)),
};
for (const [title, head] of Object.entries(pulls))
  for (const [count, name] of [
    [4, "fourth"],
    [36, "fortieth"],
  ]) {
    for (let round = 1; round < count; round += 1) await reviewed(head, { ...ofBase, save: async () => {} });
    await stage(`review of ${title}, the ${name}`, () => reviewed(head, { ...ofBase, save: async () => {} }));
  }

async function textsOf(snapshot) {
  const texts = new Map();
  for await (const { file, text } of snapshot.read([...snapshot.files.values()])) if (text !== undefined) texts.set(file.path, text);
  return texts;
}

/** Ten source files of the first service, each with a line more. */
function inOneService(files) {
  const sources = [...files.keys()].filter((file) => /^services\/.*\.ts$/.test(file)).toSorted((one, other) => (one < other ? -1 : 1));
  return new Map([...files, ...sources.slice(0, 10).map((file) => [file, `${files.get(file)}\nexport const changed = 1;\n`])]);
}

const data = mkdtempSync(path.join(tmpdir(), "faultline-store-"));
try {
  const store = await stage("store, made and opened", () => openStore({ dataDirectory: data }));
  await stage("store, saving all facts", () => store.facts.save(entries));
  await stage("store, loading all facts", () => store.facts.load([...entries.keys()]));
  await store.close();
  const again = await stage("store, opening again", () => openStore({ dataDirectory: data }));
  await again.close();
} finally {
  rmSync(data, { recursive: true, force: true });
}
console.log(JSON.stringify(stages));

import { hash } from "node:crypto";
import type { Config } from "../config/config.js";
import { decodeFacts, encodeFacts } from "../facts/encoding.js";
import { pathFilter } from "../facts/exclusion.js";
import { extractionKey, extractorsFor, type TextFacts } from "../facts/extract.js";
import type { Extractor, FactCoverage, FileFacts, SnapshotFacts } from "../facts/facts.js";
import { samePaths } from "../facts/same-paths.js";
import type { Snapshot, SnapshotFile, UnreadReason } from "../snapshot/snapshot.js";
import { inThisThread, type Extraction, type FactsCache, type TextToRead } from "./extraction.js";

export type { Extraction } from "./extraction.js";

type Excluded = FactCoverage["excluded"][number];

/** A file that is looked at, and the key that its facts have: equal keys, equal facts. */
interface Candidate {
  readonly file: SnapshotFile;
  readonly key: string;
  readonly included: boolean;
}

/** What becomes of a file: it is looked at, it is left out for a reason, or it is of no interest. */
type Decision = Candidate | Excluded | null;

interface Selection {
  readonly snapshot: Snapshot;
  readonly paths: ReadonlySet<string>;
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly candidates: readonly Candidate[];
  readonly excluded: readonly Excluded[];
}

/** What is known by key after reading. */
interface Known {
  readonly facts: ReadonlyMap<string, TextFacts>;
  readonly unread: ReadonlyMap<string, UnreadReason>;
  /** Keys of what might be read another time. */
  readonly passing: ReadonlySet<string>;
}

/** Facts of each snapshot, in the same order. What snapshots share is read once; snapshots that read alike have one object. */
export type FactsOf<T extends readonly Snapshot[]> = { readonly [K in keyof T]: SnapshotFacts };

export async function gatherFacts<const T extends readonly Snapshot[]>(
  snapshots: T,
  config: Pick<Config, "exclude" | "include">,
  extraction: Extraction = inThisThread,
): Promise<FactsOf<T>> {
  const selections: Selection[] = [];
  for (const snapshot of snapshots) selections.push(select(snapshot, config, selections.at(-1)));
  const known = await readAll(selections, extraction);
  const collected = new Map<Selection, SnapshotFacts>();
  for (const selection of selections) {
    const alike = [...collected.keys()].find((other) => readAlike(other, selection));
    collected.set(selection, (alike === undefined ? undefined : collected.get(alike)) ?? collect(selection, known));
  }
  return selections.map((selection) => collected.get(selection)) as unknown as FactsOf<T>;
}

/** The same paths, and the same content in all files that are looked at: a change of a README says nothing new. */
function readAlike(one: Selection, other: Selection): boolean {
  if (one.snapshot === other.snapshot) return true;
  if (one.snapshot.repository !== other.snapshot.repository || one.candidates.length !== other.candidates.length) return false;
  if (one.snapshot.unlisted.length > 0 || other.snapshot.unlisted.length > 0) return false;
  const keys = new Map(other.candidates.map(({ file, key }) => [file.path, key]));
  return one.candidates.every(({ file, key }) => keys.get(file.path) === key) && samePaths(one.paths, other.paths);
}

/** @param before of another snapshot, with the same settings: most files are the same there, and so is what is decided about each */
function select(snapshot: Snapshot, config: Pick<Config, "exclude" | "include">, before?: Selection): Selection {
  const own = new Set(snapshot.files.keys());
  const alike = before !== undefined && samePaths(before.paths, own);
  const paths = alike ? before.paths : own;
  const decide = pathFilter(config);
  const decisions = new Map<string, Decision>();
  for (const file of snapshot.files.values()) {
    const there = before?.snapshot.files.get(file.path);
    const same = there?.blob === file.blob && there.mode === file.mode;
    const known = same ? before?.decisions.get(file.path) : undefined;
    decisions.set(file.path, alike && known !== undefined ? known : decisionOn(file, decide, paths, known));
  }
  const decided = [...decisions.values()].filter((decision) => decision !== null);
  return {
    snapshot,
    paths,
    decisions,
    candidates: decided.filter((decision) => "key" in decision),
    excluded: decided.filter((decision) => "reason" in decision),
  };
}

/** @param known what was decided about the same file among other paths: who reads it, and its key, do not depend on these */
function decisionOn(
  file: SnapshotFile,
  decide: ReturnType<typeof pathFilter>,
  paths: ReadonlySet<string>,
  known: Decision | undefined,
): Decision {
  if (known === null) return null;
  const found = known !== undefined && "key" in known ? known : null;
  const readers = found === null ? extractorsFor(file.path) : [];
  // What is in a submodule may be anything, so that it is told as unread.
  if (found === null && readers.length === 0 && file.mode !== "submodule") return null;
  const decision = decide(file.path, paths);
  if ("excluded" in decision) return { path: file.path, reason: decision.excluded };
  return found ?? candidate(file, decision.included === "settings", readers);
}

function candidate(file: SnapshotFile, included: boolean, readers: readonly Extractor[]): Candidate {
  const text = `${file.mode}\0${file.blob}\0${extractionKey(file.path, { included }, readers)}`;
  return { file, included, key: hash("sha256", text) };
}

async function readAll(selections: readonly Selection[], extraction: Extraction): Promise<Known> {
  const first = new Map<string, { selection: Selection; candidate: Candidate }>();
  for (const selection of selections) {
    for (const each of selection.candidates) {
      if (!first.has(each.key)) first.set(each.key, { selection, candidate: each });
    }
  }
  const facts = await recall([...first.keys()], extraction);
  const missing = [...first.values()].filter(({ candidate: { key } }) => !facts.has(key));

  const keep = keeping(extraction.cache);
  const unread = new Map<string, UnreadReason>();
  const passing = new Set<string>();
  const concurrency = extraction.concurrency(missing.length);
  let done = 0;
  const settle = (): void => extraction.progress?.({ done: ++done, total: missing.length });
  for (const selection of selections) {
    const wanted = missing.filter((entry) => entry.selection === selection).map((entry) => entry.candidate);
    await readOf(selection.snapshot, wanted, extraction, { facts, keep, unread, passing, concurrency, settle });
  }

  await extraction.finished?.();
  await keep?.rest();
  return { facts, unread, passing };
}

/** Bytes that are held back before they go to the cache: few enough to hold, enough for a pack of their own. */
const PORTION = 16_000_000;

/** Texts that are handed over together, and their characters: one message for each text costs more than small ones take to read. */
const MOST_TOGETHER = 32;
const MOST_CHARACTERS = 500_000;

/** Hands encoded facts to the cache in portions, one after the other, so that they are not all held until the end. */
interface Keeping {
  add(key: string, facts: TextFacts, bytes: Uint8Array | null): Promise<void>;
  rest(): Promise<void>;
}

function keeping(cache: FactsCache | null): Keeping | null {
  if (cache === null) return null;
  let portion = new Map<string, Uint8Array>();
  let size = 0;
  let saved: Promise<void> = Promise.resolve();
  const rest = (): Promise<void> => {
    if (portion.size === 0) return saved;
    const full = portion;
    portion = new Map();
    size = 0;
    saved = saved.then(() => cache.save(full));
    return saved;
  };
  return {
    rest,
    async add(key, facts, bytes) {
      const encoded = bytes ?? encodeFacts(facts);
      portion.set(key, encoded);
      size += encoded.length;
      if (size >= PORTION) await rest();
    },
  };
}

/** What an earlier run found out. An entry that is damaged is as good as none. */
async function recall(keys: readonly string[], extraction: Extraction): Promise<Map<string, TextFacts>> {
  const facts = new Map<string, TextFacts>();
  for (const [key, bytes] of (await extraction.cache?.load(keys)) ?? []) {
    const value = decodeFacts(bytes);
    if (value !== null) facts.set(key, value);
  }
  return facts;
}

/** Filled while a snapshot is read. */
interface Results {
  readonly facts: Map<string, TextFacts>;
  /** `null`: nothing is remembered. */
  readonly keep: Keeping | null;
  readonly unread: Map<string, UnreadReason>;
  readonly passing: Set<string>;
  readonly concurrency: number;
  settle(): void;
}

async function readOf(snapshot: Snapshot, wanted: readonly Candidate[], extraction: Extraction, results: Results): Promise<void> {
  if (wanted.length === 0) return;
  const byPath = new Map(wanted.map((each) => [each.file.path, each]));
  const running = new Set<Promise<void>>();
  const most = Math.max(1, Math.min(MOST_TOGETHER, Math.ceil(wanted.length / results.concurrency)));
  let batch = newBatch();
  const handOver = async (): Promise<void> => {
    const { candidates, texts } = batch;
    batch = newBatch();
    const task = (async () => {
      const extracted = await extraction.extract(texts);
      for (const [index, { facts, bytes, lasting }] of extracted.entries()) {
        const { key } = candidates[index]!;
        results.facts.set(key, facts);
        if (lasting) await results.keep?.add(key, facts, bytes);
        else results.passing.add(key);
        results.settle();
      }
    })();
    running.add(task);
    void task.finally(() => running.delete(task));
    if (running.size >= results.concurrency) await Promise.race(running);
  };
  for await (const content of snapshot.read(wanted.map((each) => each.file))) {
    const each = byPath.get(content.file.path);
    if (each === undefined) continue;
    if ("unread" in content) {
      results.unread.set(each.key, content.unread);
      results.settle();
      continue;
    }
    batch.candidates.push(each);
    batch.texts.push({ path: each.file.path, text: content.text, options: { included: each.included } });
    batch.characters += content.text.length;
    if (batch.texts.length >= most || batch.characters >= MOST_CHARACTERS) await handOver();
  }
  if (batch.texts.length > 0) await handOver();
  await Promise.all(running);
}

function newBatch(): { readonly candidates: Candidate[]; readonly texts: TextToRead[]; characters: number } {
  return { candidates: [], texts: [], characters: 0 };
}

function collect(selection: Selection, known: Known): SnapshotFacts {
  const files: FileFacts[] = [];
  const excluded = [...selection.excluded];
  const unreadable: { path: string; line: number; reason: string }[] = [];
  for (const { file, key } of selection.candidates) {
    const found = known.facts.get(key);
    if (found === undefined) {
      unreadable.push({ path: file.path, line: 1, reason: UNREAD[known.unread.get(key) ?? "missing-object"] });
      continue;
    }
    if (found.excluded !== null) {
      excluded.push({ path: file.path, reason: found.excluded });
      continue;
    }
    for (const { line, reason } of found.unreadable) unreadable.push({ path: file.path, line, reason });
    const { facts, ignores } = found;
    files.push({ path: file.path, blob: file.blob, facts, unreadable: found.unreadable, ignores });
  }
  for (const directory of selection.snapshot.unlisted) {
    unreadable.push({ path: directory, line: 1, reason: UNREAD["not-listed"] });
  }
  return {
    repository: selection.snapshot.repository,
    files,
    paths: selection.paths,
    coverage: {
      files: selection.paths.size,
      analysed: files.length,
      excluded: sortedByPath(excluded),
      unreadable: sortedByPath(unreadable),
    },
    identity: identityOf(selection, known),
  };
}

/** Hash of all that the facts of a snapshot follow from. */
function identityOf({ snapshot, paths, candidates }: Selection, { unread, passing }: Known): string | null {
  if (candidates.some(({ key }) => passing.has(key))) return null;
  const read = candidates.map(({ file, key }) => `${file.path}\0${key}\0${unread.get(key) ?? ""}`);
  // No path has a zero byte in it.
  return hash("sha256", [snapshot.repository ?? "", "", ...paths, "", ...read, "", ...snapshot.unlisted].join("\0"));
}

/** Completes "this file …", as the author reads it. */
const UNREAD: Readonly<Record<UnreadReason, string>> = {
  symlink: "is a symbolic link, which is not followed",
  submodule: "is a submodule, whose content is in another repository",
  binary: "is binary",
  "lfs-pointer": "is kept in Git LFS, so the repository holds only a pointer to it",
  "too-large": "is too large to be read",
  "missing-object": "is missing from this copy of the repository",
  "not-listed": "could not be listed, because the tree is too large",
};

function sortedByPath<T extends { readonly path: string }>(entries: T[]): T[] {
  return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

import { hash } from "node:crypto";
import { decodeFacts, encodeFacts } from "../facts/encoding.js";
import { extractorsFor, type TextFacts } from "../facts/extract.js";
import type { FileFacts, SnapshotFacts } from "../facts/facts.js";
import type { SourceFact } from "../facts/source.js";
import { SnapshotError, type Snapshot, type UnreadReason } from "../snapshot/snapshot.js";
import { inThisThread, type Extraction, type FactsCache, type TextToRead } from "./extraction.js";
import { FrontedSource } from "./fronted-source.js";
import { decodeReading, encodeReading, readingKey, type KeptReading } from "./kept-reading.js";
import { readAlike, select, selectionOf, type Candidate, type Selection, type SelectionSettings } from "./select.js";

export type { Extraction } from "./extraction.js";

/** What is known by key after reading. */
interface Known {
  readonly facts: Map<string, TextFacts>;
  readonly unread: Map<string, UnreadReason>;
  /** Keys of what might be read another time. */
  readonly passing: Set<string>;
}

/** Facts of each snapshot, in the same order. What snapshots share is read once; snapshots that read alike have one object. */
export type FactsOf<T extends readonly Snapshot[]> = { readonly [K in keyof T]: SnapshotFacts };

/** Facts, of which the fronts of source files may be all that was read so far. */
export interface Gathered<T extends readonly Snapshot[]> {
  readonly facts: FactsOf<T>;
  /** Does work that names, before it asks it for more than its front, each source fact: these are read meanwhile. */
  through<R>(steps: Generator<readonly SourceFact[], R, undefined>): Promise<R>;
}

/** Reads all of every snapshot. */
export async function gatherFacts<const T extends readonly Snapshot[]>(
  snapshots: T,
  config: SelectionSettings,
  extraction: Extraction = inThisThread,
): Promise<FactsOf<T>> {
  const selections = selectAll(snapshots, config, null);
  return collectAll(selections, await readAll(selections, extraction, null), null);
}

/** Where the first snapshot was read before, its facts are left in the cache until they are asked for: other snapshots share most of them. */
export async function gatherFronts<const T extends readonly [Snapshot, ...Snapshot[]]>(
  snapshots: T,
  config: SelectionSettings,
  extraction: Extraction = inThisThread,
): Promise<Gathered<T>> {
  const [first] = snapshots;
  const key = extraction.cache === null ? null : readingKey(first, config, extraction.linker);
  const bytes = key === null ? undefined : (await extraction.cache!.load([key])).get(key);
  const kept = bytes === undefined ? null : decodeReading(bytes, first);
  const selections = selectAll(snapshots, config, kept);
  const known = await readAll(selections, extraction, kept);
  const facts = collectAll<T>(selections, known, kept);
  const { identity } = facts[0];
  const isLasting = identity !== null && ![...known.unread.values()].includes("missing-object");
  if (key !== null && kept === null && isLasting)
    await extraction.cache!.save(new Map([[key, encodeReading(selections[0]!, { ...known, identity })]]));
  return {
    facts,
    async through(steps) {
      for (;;) {
        const { done, value } = steps.next();
        if (done === true) return value;
        await completeAll(value, selections[0]!, extraction.cache);
      }
    },
  };
}

function selectAll(snapshots: readonly Snapshot[], config: SelectionSettings, kept: KeptReading | null): readonly Selection[] {
  const selections: Selection[] = [];
  for (const snapshot of snapshots) {
    const before = selections.at(-1);
    selections.push(
      before === undefined && kept !== null
        ? selectionOf(snapshot, new Set(snapshot.files.keys()), kept.decisions)
        : select(snapshot, config, before),
    );
  }
  return selections;
}

function collectAll<T extends readonly Snapshot[]>(selections: readonly Selection[], known: Known, kept: KeptReading | null): FactsOf<T> {
  const collected = new Map<Selection, SnapshotFacts>();
  for (const selection of selections) {
    const alike = [...collected.keys()].find((other) => readAlike(other, selection));
    const identity = (): string | null => (kept !== null && selection === selections[0] ? kept.identity : identityOf(selection, known));
    const before = [...collected.values()].at(-1);
    collected.set(selection, (alike === undefined ? undefined : collected.get(alike)) ?? collect(selection, known, identity(), before));
  }
  return selections.map((selection) => collected.get(selection)) as unknown as FactsOf<T>;
}

/** Reads what is missing of source facts. What the cache has lost is read again: it was readable, and gave these facts. */
async function completeAll(sources: readonly SourceFact[], selection: Selection, cache: FactsCache | null): Promise<void> {
  const wanted = new Map<string, FrontedSource>();
  for (const source of sources) if (source instanceof FrontedSource && !source.isWhole) wanted.set(source.key, source);
  if (wanted.size === 0) return;
  const complete = (key: string, { facts }: TextFacts): void => {
    const whole = facts.find((fact) => fact.kind === "source");
    if (whole === undefined) return;
    wanted.get(key)?.complete(whole);
    wanted.delete(key);
  };
  for (const [key, facts] of await recall([...wanted.keys()], cache)) complete(key, facts);
  if (wanted.size === 0) return;
  const lost = new Map(selection.candidates.flatMap((each) => (wanted.has(each.key) ? [[each.key, each] as const] : [])));
  const known: Known = { facts: new Map(), unread: new Map(), passing: new Set() };
  await readTexts([{ selection, candidates: [...lost.values()] }], { ...inThisThread, cache }, known);
  for (const [key, facts] of known.facts) complete(key, facts);
  if (wanted.size > 0)
    throw new SnapshotError(
      "Files that were read before are missing from this copy of the repository, and the cache has lost what they say.",
      "Fetch what is missing, or review without the cache: --no-cache.",
    );
}

async function readAll(selections: readonly Selection[], extraction: Extraction, kept: KeptReading | null): Promise<Known> {
  const known: Known = { facts: new Map(kept?.facts), unread: new Map(kept?.unread), passing: new Set() };
  const first = new Map<string, { selection: Selection; candidate: Candidate }>();
  for (const selection of selections) {
    for (const each of selection.candidates) {
      const { key } = each;
      if (!first.has(key) && !known.facts.has(key) && !known.unread.has(key)) first.set(key, { selection, candidate: each });
    }
  }
  for (const [key, facts] of await recall([...first.keys()], extraction.cache)) known.facts.set(key, facts);
  const missing = [...first.values()].filter(({ candidate: { key } }) => !known.facts.has(key));
  const wanted = selections.map((selection) => ({
    selection,
    candidates: missing.filter((entry) => entry.selection === selection).map((entry) => entry.candidate),
  }));
  await readTexts(wanted, extraction, known);
  await extraction.finished?.();
  return known;
}

interface Wanted {
  readonly selection: Selection;
  readonly candidates: readonly Candidate[];
}

/** Adds what the texts say to what is known, and to the cache. */
async function readTexts(wanted: readonly Wanted[], extraction: Extraction, known: Known): Promise<void> {
  const keep = keeping(extraction.cache);
  const total = wanted.reduce((sum, { candidates }) => sum + candidates.length, 0);
  const concurrency = extraction.concurrency(total);
  let done = 0;
  const settle = (): void => extraction.progress?.({ done: ++done, total });
  for (const { selection, candidates } of wanted)
    await readOf(selection.snapshot, candidates, extraction, { ...known, keep, concurrency, settle });
  await keep?.rest();
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
async function recall(keys: readonly string[], cache: FactsCache | null): Promise<Map<string, TextFacts>> {
  const facts = new Map<string, TextFacts>();
  for (const [key, bytes] of (await cache?.load(keys)) ?? []) {
    const value = decodeFacts(bytes);
    if (value !== null) facts.set(key, value);
  }
  return facts;
}

/** Filled while a snapshot is read. */
interface Results extends Known {
  /** `null`: nothing is remembered. */
  readonly keep: Keeping | null;
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
    const { file, included } = each;
    const readers = each.readers ?? extractorsFor(file.path).map(({ id }) => id);
    batch.texts.push({ path: file.path, text: content.text, readers, options: { included } });
    batch.characters += content.text.length;
    if (batch.texts.length >= most || batch.characters >= MOST_CHARACTERS) await handOver();
  }
  if (batch.texts.length > 0) await handOver();
  await Promise.all(running);
}

function newBatch(): { readonly candidates: Candidate[]; readonly texts: TextToRead[]; characters: number } {
  return { candidates: [], texts: [], characters: 0 };
}

/** @param before of another snapshot: what is the same there is not made a second time */
function collect(selection: Selection, known: Known, identity: string | null, before: SnapshotFacts | undefined): SnapshotFacts {
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
    const there = before?.files[files.length];
    const isSame = there?.path === file.path && there.blob === file.blob && there.facts === facts;
    files.push(isSame ? there : { path: file.path, blob: file.blob, facts, unreadable: found.unreadable, ignores });
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
    identity,
  };
}

/** Hash of all that the facts of a snapshot follow from. */
function identityOf({ snapshot, paths, decisions, candidates }: Selection, { unread, passing }: Known): string | null {
  if (passing.size > 0 && candidates.some(({ key }) => passing.has(key))) return null;
  // No path has a zero byte in it, and each has two texts behind it.
  const read: string[] = [];
  for (const path of paths) {
    const decision = decisions.get(path) ?? null;
    const key = decision !== null && "key" in decision ? decision.key : "";
    read.push(path, key, unread.get(key) ?? "");
  }
  return hash("sha256", [snapshot.repository ?? "", ...snapshot.unlisted, "", ...read].join("\0"));
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

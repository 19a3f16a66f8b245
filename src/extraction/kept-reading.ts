import { createHash } from "node:crypto";
import { deserialize, serialize } from "node:v8";
import { decodeFacts, encodeFacts } from "../facts/encoding.js";
import type { TextFacts } from "../facts/extract.js";
import type { ExclusionReason } from "../facts/facts.js";
import { writeFront } from "../facts/packed-front.js";
import { glanceOf } from "../facts/source-outline.js";
import type { SourceFact } from "../facts/source.js";
import type { Snapshot, UnreadReason } from "../snapshot/snapshot.js";
import { FrontedSource } from "./fronted-source.js";
import type { Decision, Selection, SelectionSettings } from "./select.js";

/** How a snapshot was read before: what was decided about each file, and of each what all passes over all files ask. */
export interface KeptReading {
  readonly decisions: ReadonlyMap<string, Decision>;
  /** By key. Of text that is source and nothing else the front. */
  readonly facts: ReadonlyMap<string, TextFacts>;
  readonly unread: ReadonlyMap<string, UnreadReason>;
  readonly identity: string;
}

/** What is written: lists by number of the file, in the order of the snapshot. */
interface Written {
  /** Empty where the file is not looked at. */
  readonly keys: readonly string[];
  readonly included: readonly number[];
  readonly excluded: readonly (readonly [file: number, reason: ExclusionReason])[];
  /** Empty where the file is something else than source. */
  readonly fronts: readonly string[];
  readonly others: ReadonlyMap<string, Uint8Array>;
  readonly unread: ReadonlyMap<string, UnreadReason>;
  readonly identity: string;
}

/** Under which it is kept: files and settings that it follows from, and the program that read them; `null` where that is not known. */
export function readingKey(snapshot: Snapshot, { exclude, include }: SelectionSettings, linker: string | undefined): string | null {
  if (linker === undefined) return null;
  const hash = createHash("sha256").update(JSON.stringify(["reading 1", linker, snapshot.repository, exclude, include, snapshot.unlisted]));
  // No path has a zero byte in it.
  for (const { mode, blob, path } of snapshot.files.values()) hash.update(`\0${mode} ${blob} ${path}`);
  return hash.digest("hex");
}

export function encodeReading(
  { snapshot, decisions }: Selection,
  known: Pick<KeptReading, "facts" | "unread"> & { readonly identity: string },
): Uint8Array {
  const keys: string[] = [];
  const included: number[] = [];
  const excluded: [number, ExclusionReason][] = [];
  const fronts: string[] = [];
  const others = new Map<string, Uint8Array>();
  const unread = new Map<string, UnreadReason>();
  for (const path of snapshot.files.keys()) {
    const decision = decisions.get(path) ?? null;
    const file = keys.length;
    if (decision !== null && "reason" in decision) excluded.push([file, decision.reason]);
    const candidate = decision !== null && "key" in decision ? decision : null;
    keys.push(candidate?.key ?? "");
    if (candidate?.included === true) included.push(file);
    const facts = candidate === null ? undefined : known.facts.get(candidate.key);
    const source = facts === undefined ? null : sourceAlone(facts);
    fronts.push(source === null ? "" : writeFront(source, glanceOf(source)));
    if (candidate === null) continue;
    if (facts === undefined) unread.set(candidate.key, known.unread.get(candidate.key) ?? "missing-object");
    else if (source === null) others.set(candidate.key, encodeFacts(facts));
  }
  return serialize({ keys, included, excluded, fronts, others, unread, identity: known.identity } satisfies Written);
}

/** The reading that was written, of a snapshot with the same files; `null` where the bytes are damaged. */
export function decodeReading(bytes: Uint8Array, snapshot: Snapshot): KeptReading | null {
  try {
    const written = deserialize(bytes) as Written;
    const included = new Set(written.included);
    const excluded = new Map(written.excluded);
    const decisions = new Map<string, Decision>();
    const facts = new Map<string, TextFacts>();
    let number = 0;
    for (const file of snapshot.files.values()) {
      const key = written.keys[number]!;
      const front = written.fronts[number]!;
      const reason = excluded.get(number);
      if (key !== "") decisions.set(file.path, { file, key, readers: null, included: included.has(number) });
      else decisions.set(file.path, reason === undefined ? null : { path: file.path, reason });
      if (front !== "" && !facts.has(key)) facts.set(key, ofSource(new FrontedSource(key, front)));
      number++;
    }
    for (const [key, other] of written.others) {
      const value = decodeFacts(other);
      if (value === null) return null;
      facts.set(key, value);
    }
    return { decisions, facts, unread: written.unread, identity: written.identity };
  } catch {
    return null;
  }
}

function sourceAlone({ facts: [only, ...rest], unreadable, ignores, excluded }: TextFacts): SourceFact | null {
  const alone = rest.length === 0 && unreadable.length === 0 && ignores.length === 0 && excluded === null;
  return alone && only?.kind === "source" ? only : null;
}

const NONE: readonly never[] = [];

function ofSource(fact: SourceFact): TextFacts {
  return { facts: [fact], unreadable: NONE, ignores: NONE, excluded: null };
}

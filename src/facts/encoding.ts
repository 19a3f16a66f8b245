import type { TextFacts } from "./extract.js";
import type { Fact } from "./facts.js";
import { packSource, unpackSource, type PackedSource } from "./packed-source.js";
import type { List } from "./packed-values.js";

const LENGTH_BYTES = 4;
const START = 2 * LENGTH_BYTES;

/**
 * Facts as bytes for caches and between threads: three JSON texts, before them the lengths of the first two. The first is
 * what is asked of every file; the others have the heads and the bodies of source facts, which are by far the largest and
 * stand in their packed form. When the form changes, so must the version in extract.ts: what was written earlier is read again.
 */
export function encodeFacts(facts: TextFacts): Uint8Array {
  const sources: PackedSource[] = [];
  const fronts = facts.facts.map((fact) => {
    if (fact.kind !== "source") return fact;
    const packed = packSource(fact);
    sources.push(packed);
    return packed.front;
  });
  const first = JSON.stringify({ ...facts, facts: fronts });
  const heads = textOf(sources.map(({ head }) => head));
  const bodies = textOf(sources.map(({ body }) => body));
  const lengths = [first, heads, bodies].map((text) => Buffer.byteLength(text)) as [number, number, number];
  const bytes = Buffer.allocUnsafe(START + lengths[0] + lengths[1] + lengths[2]);
  bytes.writeUInt32BE(lengths[0]);
  bytes.writeUInt32BE(lengths[1], LENGTH_BYTES);
  bytes.write(first, START);
  bytes.write(heads, START + lengths[0]);
  bytes.write(bodies, START + lengths[0] + lengths[1]);
  return bytes;
}

function textOf(lists: readonly List[]): string {
  return lists.length === 0 ? "" : JSON.stringify(lists);
}

/** The facts that were encoded; `null` where the bytes are damaged. Heads and bodies are read when something asks for them, and throw then. */
export function decodeFacts(bytes: Uint8Array): TextFacts | null {
  try {
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const heads = START + all.readUInt32BE(0);
    const bodies = heads + all.readUInt32BE(LENGTH_BYTES);
    if (bodies > all.length) return null;
    const value = JSON.parse(all.toString("utf8", START, heads)) as Partial<TextFacts> | null;
    const whole =
      Array.isArray(value?.facts) && Array.isArray(value.unreadable) && Array.isArray(value.ignores) && value.excluded !== undefined;
    if (!whole) return null;
    let read = 0;
    const facts = (value.facts as readonly (Fact | List)[]).map((fact) => {
      if (!isPacked(fact)) return fact;
      const source = read++;
      return unpackSource(fact, {
        head: () => listsIn(all.subarray(heads, bodies))[source]!,
        body: () => listsIn(all.subarray(bodies))[source]!,
      });
    });
    return { ...(value as TextFacts), facts };
  } catch {
    return null;
  }
}

function listsIn(text: Buffer): readonly List[] {
  return JSON.parse(text.toString()) as readonly List[];
}

function isPacked(fact: Fact | List): fact is List {
  return Array.isArray(fact);
}

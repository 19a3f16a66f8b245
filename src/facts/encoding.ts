import type { TextFacts } from "./extract.js";
import type { Fact } from "./facts.js";
import { packSource, unpackSource, type PackedSource } from "./packed-source.js";
import { NONE, type List } from "./packed-values.js";

const LENGTH_BYTES = 4;
const START = 1 + 2 * LENGTH_BYTES;

/** The first byte: nothing but one source fact, of which nothing has to be read to know that; or anything. */
const SOURCE_ALONE = 1;
const ANYTHING = 2;

/**
 * Facts as bytes for caches and between threads: three JSON texts, before them what they hold and the lengths of the first two.
 * The first has the front of the source fact, or all facts and the rest; the others have the heads and the bodies of source
 * facts, which are by far the largest and stand in their packed form. When the form changes, so must the version in extract.ts:
 * what was written earlier is read again.
 */
export function encodeFacts(facts: TextFacts): Uint8Array {
  const sources: PackedSource[] = [];
  const fronts = facts.facts.map((fact) => {
    if (fact.kind !== "source") return fact;
    const packed = packSource(fact);
    sources.push(packed);
    return packed.front;
  });
  const alone = isSourceAlone(facts);
  const first = JSON.stringify(alone ? fronts[0] : { ...facts, facts: fronts });
  const heads = textOf(sources.map(({ head }) => head));
  const bodies = textOf(sources.map(({ body }) => body));
  const lengths = [first, heads, bodies].map((text) => Buffer.byteLength(text)) as [number, number, number];
  const bytes = Buffer.allocUnsafe(START + lengths[0] + lengths[1] + lengths[2]);
  bytes.writeUInt8(alone ? SOURCE_ALONE : ANYTHING);
  bytes.writeUInt32BE(lengths[0], 1);
  bytes.writeUInt32BE(lengths[1], 1 + LENGTH_BYTES);
  bytes.write(first, START);
  bytes.write(heads, START + lengths[0]);
  bytes.write(bodies, START + lengths[0] + lengths[1]);
  return bytes;
}

function textOf(lists: readonly List[]): string {
  return lists.length === 0 ? "" : JSON.stringify(lists);
}

function isSourceAlone({ facts, unreadable, ignores, excluded }: TextFacts): boolean {
  return facts.length === 1 && facts[0]!.kind === "source" && unreadable.length === 0 && ignores.length === 0 && excluded === null;
}

/**
 * The facts that were encoded; `null` where the bytes are damaged. Source facts are read when something asks for what they
 * hold, piece by piece, and throw then.
 */
export function decodeFacts(bytes: Uint8Array): TextFacts | null {
  try {
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const heads = START + all.readUInt32BE(1);
    const bodies = heads + all.readUInt32BE(1 + LENGTH_BYTES);
    if (bodies > all.length) return null;
    const source = (front: () => List, number: number): Fact =>
      unpackSource({
        front,
        head: () => listsIn(all.subarray(heads, bodies))[number]!,
        body: () => listsIn(all.subarray(bodies))[number]!,
      });
    const first = (): unknown => JSON.parse(all.toString("utf8", START, heads));
    if (all[0] === SOURCE_ALONE) return { facts: [source(() => first() as List, 0)], unreadable: NONE, ignores: NONE, excluded: null };
    const value = first() as Partial<Whole> | null;
    if (all[0] !== ANYTHING || !isWhole(value)) return null;
    let read = 0;
    const facts = value.facts.map((fact) => (Array.isArray(fact) ? source(() => fact, read++) : (fact as Fact)));
    return { ...value, facts };
  } catch {
    return null;
  }
}

function listsIn(text: Buffer): readonly List[] {
  return JSON.parse(text.toString()) as readonly List[];
}

/** All that a text says, with the fronts of its source facts. */
interface Whole extends Omit<TextFacts, "facts"> {
  readonly facts: readonly (Fact | List)[];
}

function isWhole(value: Partial<Whole> | null): value is Whole {
  return (
    Array.isArray(value?.facts) &&
    value.facts.every((fact) => !Array.isArray(fact) || typeof fact[0] === "number") &&
    Array.isArray(value.unreadable) &&
    Array.isArray(value.ignores) &&
    value.excluded !== undefined
  );
}

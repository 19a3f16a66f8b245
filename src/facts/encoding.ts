import type { Written } from "./bytes.js";
import type { TextFacts } from "./extract.js";
import type { Fact } from "./facts.js";
import { packSource, unpackSource } from "./packed-source.js";

/** The first byte: nothing but one source fact, of which nothing has to be read to know that; or anything. */
const SOURCE_ALONE = 1;
const ANYTHING = 2;

const LENGTH_BYTES = 4;

/** The front of a source fact, and the texts and the bytes of its head and of its body. */
const PIECES_OF_SOURCE = 5;

/**
 * Facts as bytes for caches and between threads, in pieces: behind the first byte how many there are and the lengths of all.
 * The first is a JSON text with all facts and the rest, but for source facts, which are by far the largest: these stand in
 * their packed form behind it. When the form changes, so must the version in extract.ts: what was written earlier is read again.
 */
export function encodeFacts(facts: TextFacts): Uint8Array {
  const sources: (string | Uint8Array)[] = [];
  const others = facts.facts.map((fact) => {
    if (fact.kind !== "source") return fact;
    const { front, head, body } = packSource(fact);
    sources.push(front, JSON.stringify(head.texts), head.bytes, JSON.stringify(body.texts), body.bytes);
    return null;
  });
  return isSourceAlone(facts) ? joined(SOURCE_ALONE, sources) : joined(ANYTHING, [JSON.stringify({ ...facts, facts: others }), ...sources]);
}

function isSourceAlone({ facts, unreadable, ignores, excluded }: TextFacts): boolean {
  return facts.length === 1 && facts[0]!.kind === "source" && unreadable.length === 0 && ignores.length === 0 && excluded === null;
}

function joined(form: number, pieces: readonly (string | Uint8Array)[]): Uint8Array {
  const lengths = pieces.map((piece) => (typeof piece === "string" ? Buffer.byteLength(piece) : piece.length));
  let offset = 1 + LENGTH_BYTES * (1 + pieces.length);
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length, offset));
  bytes.writeUInt8(form);
  bytes.writeUInt32BE(pieces.length, 1);
  for (const [index, piece] of pieces.entries()) {
    bytes.writeUInt32BE(lengths[index]!, 1 + LENGTH_BYTES * (1 + index));
    if (typeof piece === "string") bytes.write(piece, offset);
    else bytes.set(piece, offset);
    offset += lengths[index]!;
  }
  return bytes;
}

/**
 * The facts that were encoded; `null` where the bytes are damaged. Source facts are read when something asks for what they
 * hold, piece by piece, and throw then.
 */
export function decodeFacts(bytes: Uint8Array): TextFacts | null {
  try {
    const pieces = new Pieces(bytes);
    if (pieces.form === SOURCE_ALONE) return { facts: [sourceIn(pieces, 0)], unreadable: [], ignores: [], excluded: null };
    const value = JSON.parse(pieces.text(0)) as Partial<Whole> | null;
    if (pieces.form !== ANYTHING || !isWhole(value)) return null;
    let next = 1;
    const facts = value.facts.map((fact) => {
      if (fact !== null) return fact;
      next += PIECES_OF_SOURCE;
      return sourceIn(pieces, next - PIECES_OF_SOURCE);
    });
    return { ...value, facts };
  } catch {
    return null;
  }
}

/** @param first which piece is the first of the source fact */
function sourceIn(pieces: Pieces, first: number): Fact {
  const written = (at: number): Written => ({ texts: JSON.parse(pieces.text(at)) as readonly string[], bytes: pieces.at(at + 1) });
  return unpackSource({ front: () => pieces.text(first), head: () => written(first + 1), body: () => written(first + 3) });
}

/** Throws where what the front says of the pieces is not what there is. */
class Pieces {
  readonly form: number;
  private readonly bytes: Buffer;
  private readonly count: number;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.form = this.bytes.readUInt8();
    this.count = this.bytes.readUInt32BE(1);
    if (this.start(this.count) !== this.bytes.length) throw new RangeError("cut off");
  }

  at(index: number): Buffer {
    if (index >= this.count) throw new RangeError("a piece that is not there");
    const start = this.start(index);
    return this.bytes.subarray(start, start + this.length(index));
  }

  text(index: number): string {
    return this.at(index).toString();
  }

  private start(index: number): number {
    let start = 1 + LENGTH_BYTES * (1 + this.count);
    for (let before = 0; before < index; before += 1) start += this.length(before);
    return start;
  }

  private length(index: number): number {
    return this.bytes.readUInt32BE(1 + LENGTH_BYTES * (1 + index));
  }
}

/** All that a text says, with nothing in the place of its source facts. */
interface Whole extends Omit<TextFacts, "facts"> {
  readonly facts: readonly (Fact | null)[];
}

function isWhole(value: Partial<Whole> | null): value is Whole {
  return (
    Array.isArray(value?.facts) &&
    value.facts.every((fact) => typeof fact === "object" && !Array.isArray(fact)) &&
    Array.isArray(value.unreadable) &&
    Array.isArray(value.ignores) &&
    value.excluded !== undefined
  );
}

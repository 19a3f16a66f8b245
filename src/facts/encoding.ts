import type { TextFacts } from "./extract.js";
import type { Fact } from "./facts.js";
import { packSource, unpackSource } from "./packed-source.js";
import type { List } from "./packed-values.js";

const LENGTH_BYTES = 4;

/**
 * Facts as bytes for caches and between threads: the length of a JSON text, the text, and the bodies of source facts as
 * another one. Source facts are by far the largest and stand in their packed form, as lists; all others as they are. When
 * the form changes, so must the version in extract.ts: what was written earlier is read again.
 */
export function encodeFacts(facts: TextFacts): Uint8Array {
  const bodies: List[] = [];
  const heads = facts.facts.map((fact) => {
    if (fact.kind !== "source") return fact;
    const { head, body } = packSource(fact);
    bodies.push(body);
    return head;
  });
  const text = JSON.stringify({ ...facts, facts: heads });
  const rest = bodies.length === 0 ? "" : JSON.stringify(bodies);
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES + length + Buffer.byteLength(rest));
  bytes.writeUInt32BE(length);
  bytes.write(text, LENGTH_BYTES);
  bytes.write(rest, LENGTH_BYTES + length);
  return bytes;
}

/** The facts that were encoded; `null` where the bytes are damaged. Bodies are read when something asks for them, and throw then. */
export function decodeFacts(bytes: Uint8Array): TextFacts | null {
  try {
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = LENGTH_BYTES + all.readUInt32BE(0);
    if (end > all.length) return null;
    const value = JSON.parse(all.toString("utf8", LENGTH_BYTES, end)) as Partial<TextFacts> | null;
    const whole =
      Array.isArray(value?.facts) && Array.isArray(value.unreadable) && Array.isArray(value.ignores) && value.excluded !== undefined;
    if (!whole) return null;
    let read = 0;
    const facts = (value.facts as readonly (Fact | List)[]).map((fact) => {
      if (!isPacked(fact)) return fact;
      const body = read++;
      return unpackSource(fact, () => bodiesIn(all.subarray(end))[body] as List);
    });
    return { ...(value as TextFacts), facts };
  } catch {
    return null;
  }
}

function bodiesIn(text: Buffer): List {
  return JSON.parse(text.toString()) as List;
}

function isPacked(fact: Fact | List): fact is List {
  return Array.isArray(fact);
}

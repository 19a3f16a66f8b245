import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { TextFacts } from "./extract.js";
import type { Fact } from "./facts.js";
import { packSource, unpackSource } from "./packed-source.js";
import type { List } from "./packed-values.js";

/** Facts of one text inflate to no more than this. */
const MOST_BYTES = 64 * 1024 * 1024;
const LENGTH_BYTES = 4;

/**
 * Facts as bytes for caches and between threads: the length of a JSON text, the text, and the bodies of source facts, deflated.
 * Source facts are by far the largest and stand in their packed form, as lists; all others as they are. When the form
 * changes, so must the version in extract.ts: what was written earlier is read again.
 */
export function encodeFacts(facts: TextFacts): Uint8Array {
  const bodies: List[] = [];
  const heads = facts.facts.map((fact) => {
    if (fact.kind !== "source") return fact;
    const { head, body } = packSource(fact);
    bodies.push(body);
    return head;
  });
  const text = Buffer.from(JSON.stringify({ ...facts, facts: heads }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.length);
  return Buffer.concat(bodies.length === 0 ? [length, text] : [length, text, deflateRawSync(JSON.stringify(bodies), { level: 1 })]);
}

/** The facts that were encoded; `null` where the bytes are damaged. What is deflated is read when it is asked for, and throws then. */
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

function bodiesIn(deflated: Buffer): List {
  return JSON.parse(inflateRawSync(deflated, { maxOutputLength: MOST_BYTES }).toString()) as List;
}

function isPacked(fact: Fact | List): fact is List {
  return Array.isArray(fact);
}

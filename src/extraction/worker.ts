import { encodeFacts } from "../facts/encoding.js";
import { extractorsNamed, extractText, prepareFor } from "../facts/extract.js";
import { typescript } from "../facts/typescript/extractor.js";
import { loadKeptCompiler } from "./compiler-code.js";
import type { TextToRead } from "./extraction.js";

/** Encoded facts of several texts, one behind the other: a message of few large parts costs less than one of many small ones. */
export interface EncodedTogether {
  readonly bytes: Uint8Array;
  readonly lengths: readonly number[];
}

/** Started by the pool in a thread of its own. Bytes cross threads faster than objects, and are what the cache keeps. */
export async function extractInWorker(texts: readonly TextToRead[]): Promise<EncodedTogether> {
  const encoded: Uint8Array[] = [];
  for (const { path, text, readers: ids, options } of texts) {
    const readers = extractorsNamed(ids);
    if (readers.includes(typescript)) loadKeptCompiler();
    await prepareFor(path, readers);
    encoded.push(encodeFacts(extractText(path, text, options, readers)));
  }
  const lengths = encoded.map(({ length }) => length);
  // Shared memory is not copied when it is posted.
  const bytes = new Uint8Array(new SharedArrayBuffer(lengths.reduce((sum, length) => sum + length, 0)));
  let offset = 0;
  for (const each of encoded) {
    bytes.set(each, offset);
    offset += each.length;
  }
  return { bytes, lengths };
}

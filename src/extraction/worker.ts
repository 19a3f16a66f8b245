import { encodeFacts } from "../facts/encoding.js";
import { extractText, prepareFor, type ExtractionOptions } from "../facts/extract.js";

/** What a worker is handed. */
export interface ExtractionTask {
  readonly path: string;
  readonly text: string;
  readonly options: ExtractionOptions;
}

/** Started by the pool in a thread of its own. Text crosses threads faster than objects, and is what the cache keeps. */
export async function extractInWorker({ path, text, options }: ExtractionTask): Promise<string> {
  await prepareFor(path);
  return encodeFacts(extractText(path, text, options));
}

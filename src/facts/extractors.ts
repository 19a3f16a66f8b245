import type { Extractor } from "./facts.js";

/** Every extractor, sorted by id. A new format is one file and one line here. */
export const extractors: readonly Extractor[] = [];

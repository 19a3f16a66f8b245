import type { SourceFact } from "../facts/source.js";

/** Work that names, before it reads them, the source facts of which it reads more than the front: lines, imports and glance. */
export type ReadingSteps<R> = Generator<readonly SourceFact[], R, undefined>;

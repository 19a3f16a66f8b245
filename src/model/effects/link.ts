import type { FileFacts, SnapshotFacts } from "../../facts/facts.js";
import type { SourceFact } from "../../facts/source.js";
import { sourceFiles } from "../code/file-table.js";
import type { Surroundings } from "../code/program.js";
import type { Layout, PartLayout } from "../layout.js";
import type { ReadingSteps } from "../reading-steps.js";
import type { CodeLinks, Substrate } from "../substrate.js";
import { unreadConsumers } from "./declared-functions.js";
import { joinParts } from "./join.js";
import { PartLinker, type PartLinks } from "./part-linker.js";
import { partKeys } from "./part-keys.js";
import { isAnsweredAlike, RecordedServing, type Asked, type Served } from "./serving.js";
import { SystemServing } from "./system-serving.js";
import type { Listener } from "./listeners.js";

/** A part as it was linked, with all that it depended on beside its key. Plain data. */
export interface LinkedPart {
  readonly served: readonly Served[];
  readonly listeners: readonly Listener[];
  readonly asked: Asked;
  readonly links: PartLinks;
}

/** By what they were linked of: in another commit a part with the same key that gets the same answers is the same. */
export type LinkedParts = ReadonlyMap<string, LinkedPart>;

/**
 * Reads what the code does: whom it calls, what it publishes and stores, in which loops and transactions. Parts that only the
 * network connects are read one by one, and what `before` knows of them is not read again.
 *
 * @param layout of the commit
 */
export function* linkCode(
  facts: SnapshotFacts,
  layout: Layout,
  surroundings: Surroundings,
  substrate: Substrate,
  before: LinkedParts,
): ReadingSteps<{ readonly links: CodeLinks; readonly parts: LinkedParts }> {
  const reading = {
    ...substrate,
    isBrowser: (path: string) => layout.browser.has(path),
    isRunByHand: (path: string) => layout.byHand.has(path),
  };
  const serviceOf = (path: string): string | null => substrate.services.serviceOf(path) ?? layout.taken.get(path) ?? null;
  const byPath = new Map(facts.files.map((file) => [file.path, file]));
  const factsOf = ({ paths }: PartLayout): readonly FileFacts[] => paths.map((path) => byPath.get(path)!);
  const linkerOf = (part: PartLayout): PartLinker => new PartLinker(sourceFiles(factsOf(part), serviceOf), reading, surroundings);
  const sourcesOf = (parts: readonly PartLayout[]): readonly SourceFact[] =>
    parts.flatMap(factsOf).flatMap(({ facts: all }) => all.filter((fact) => fact.kind === "source"));
  const keys = partKeys(layout, facts, substrate, serviceOf);
  const found = layout.parts.map((part, index) => ({ part, kept: before.get(keys?.[index] ?? "") }));
  yield sourcesOf(found.flatMap(({ part, kept }) => (kept === undefined ? part : [])));
  const begun = found.map(({ part, kept }) => ({ part, kept, linker: kept === undefined ? linkerOf(part) : null }));
  const known = begun.map(({ kept, linker }) => kept ?? linker!);
  const serving = new SystemServing(
    known.flatMap(({ served }) => served),
    known.flatMap(({ listeners }) => listeners),
  );
  const standing = new Set(begun.filter(({ kept }) => kept !== undefined && isAnsweredAlike(kept.asked, serving)));
  yield sourcesOf(begun.flatMap((one) => (one.linker !== null || standing.has(one) ? [] : one.part)));
  const linked = begun.map((one): LinkedPart => {
    if (standing.has(one)) return one.kept!;
    const linker = one.linker ?? linkerOf(one.part);
    // What was read is needed no more once it is linked.
    one.linker = null;
    const recorded = new RecordedServing(serving);
    const links = linker.link(recorded);
    return { served: linker.served, listeners: linker.listeners, asked: recorded.asked, links };
  });
  return {
    links: joinParts(
      linked.map(({ links }) => links),
      unreadConsumers(substrate.table, substrate.services, substrate.cloud),
      substrate.cloud,
      facts.coverage.excluded,
    ),
    parts: new Map(keys === null ? [] : linked.map((one, index) => [keys[index]!, one])),
  };
}

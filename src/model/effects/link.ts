import type { SnapshotFacts } from "../../facts/facts.js";
import { sourceFiles } from "../code/file-table.js";
import type { Surroundings } from "../code/program.js";
import type { Layout, PartLayout } from "../layout.js";
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
export function linkCode(
  facts: SnapshotFacts,
  layout: Layout,
  surroundings: Surroundings,
  substrate: Substrate,
  before: LinkedParts,
): { readonly links: CodeLinks; readonly parts: LinkedParts } {
  const reading = {
    ...substrate,
    isBrowser: (path: string) => layout.browser.has(path),
    isRunByHand: (path: string) => layout.byHand.has(path),
  };
  const serviceOf = (path: string): string | null => substrate.services.serviceOf(path) ?? layout.taken.get(path) ?? null;
  const byPath = new Map(facts.files.map((file) => [file.path, file]));
  const linkerOf = ({ paths }: PartLayout): PartLinker =>
    new PartLinker(
      sourceFiles(
        paths.map((path) => byPath.get(path)!),
        serviceOf,
      ),
      reading,
      surroundings,
    );
  const keys = partKeys(layout, facts, substrate, serviceOf);
  const begun = layout.parts.map((part, index) => {
    const kept = before.get(keys?.[index] ?? "");
    return { part, kept, linker: kept === undefined ? linkerOf(part) : null };
  });
  const known = begun.map(({ kept, linker }) => kept ?? linker!);
  const serving = new SystemServing(
    known.flatMap(({ served }) => served),
    known.flatMap(({ listeners }) => listeners),
  );
  const linked = begun.map((one): LinkedPart => {
    if (one.kept !== undefined && isAnsweredAlike(one.kept.asked, serving)) return one.kept;
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

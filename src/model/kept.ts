import { createHash } from "node:crypto";
import type { SystemSettings } from "../config/config.js";
import type { SnapshotFacts } from "../facts/facts.js";
import type { LinkedSystem } from "./build.js";
import type { CodeFunction, Effect } from "./code.js";
import { joinCode } from "./effects/join.js";
import type { LinkedParts } from "./effects/link.js";
import { tabulate } from "./fact-table.js";
import { decodePlain, encodePlain } from "./plain-data.js";
import { linkServices } from "./services/link.js";

/** Under which a linked system is kept: what it was linked of, with which settings, by which code; `null` where that is not known. */
export function systemKey(facts: SnapshotFacts, config: SystemSettings, linker: string | undefined): string | null {
  if (facts.identity === null || linker === undefined) return null;
  return createHash("sha256")
    .update(JSON.stringify(["system 4", linker, facts.identity, config.services, config.clients]))
    .digest("hex");
}

/** What is joined of the parts is left out: it is joined again. */
export function encodeSystem({ model: { code: _code, ...model }, layout, parts }: LinkedSystem): Uint8Array {
  return encodePlain({ model, layout, parts: withSharedPlaces(parts) } satisfies KeptSystem);
}

interface KeptSystem extends Pick<LinkedSystem, "layout" | "parts"> {
  readonly model: Omit<LinkedSystem["model"], "code">;
}

/** The system that was encoded; `null` where the bytes are lost or damaged. Its directory is made anew of the facts when it is asked for. */
export function decodeSystem(bytes: Uint8Array | undefined, facts: SnapshotFacts, config: SystemSettings): LinkedSystem | null {
  if (bytes === undefined) return null;
  let directory: LinkedSystem["directory"] | null = null;
  try {
    const { model, layout, parts } = decodePlain(bytes) as KeptSystem;
    return {
      model: { ...model, code: joinCode([...parts.values()].map(({ links }) => links)) },
      layout,
      parts,
      get directory() {
        return (directory ??= linkServices(tabulate(facts), config).directory);
      },
    };
  } catch {
    return null;
  }
}

/** Many effects stand at one place, come one way, and most in no particular context: equal ones become one, to be read once. */
function withSharedPlaces(parts: LinkedParts): LinkedParts {
  const known = new Map<string, unknown>();
  const one = <T>(value: T): T => {
    const key = JSON.stringify(value);
    if (!known.has(key)) known.set(key, value);
    return known.get(key) as T;
  };
  const effectOf = (effect: Effect): Effect => ({
    ...effect,
    place: one(effect.place),
    via: one(effect.via.map(one)),
    context: one(effect.context),
    repetition: one(effect.repetition),
  });
  const functionOf = (of: CodeFunction): CodeFunction => ({ ...of, place: one(of.place), effects: of.effects.map(effectOf) });
  return new Map(
    [...parts].map(([key, part]) => {
      const { code } = part.links;
      return [key, { ...part, links: { ...part.links, code: { ...code, functions: code.functions.map(functionOf) } } }];
    }),
  );
}

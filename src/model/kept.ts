import { createHash } from "node:crypto";
import { deserialize, serialize } from "node:v8";
import type { SystemSettings } from "../config/config.js";
import type { SnapshotFacts } from "../facts/facts.js";
import type { LinkedSystem } from "./build.js";
import { tabulate } from "./fact-table.js";
import { linkServices } from "./services/link.js";

/** Under which a linked system is kept: what it was linked of, with which settings, by which code; `null` where that is not known. */
export function systemKey(facts: SnapshotFacts, config: SystemSettings, linker: string | undefined): string | null {
  if (facts.identity === null || linker === undefined) return null;
  return createHash("sha256")
    .update(JSON.stringify(["system 3", linker, facts.identity, config.services, config.clients]))
    .digest("hex");
}

export function encodeSystem({ model, layout, parts }: LinkedSystem): Uint8Array {
  return serialize({ model, layout, parts });
}

/** The system that was encoded; `null` where the bytes are damaged. Its directory is made anew of the facts when it is asked for. */
export function decodeSystem(bytes: Uint8Array, facts: SnapshotFacts, config: SystemSettings): LinkedSystem | null {
  let directory: LinkedSystem["directory"] | null = null;
  try {
    const { model, layout, parts } = deserialize(bytes) as Pick<LinkedSystem, "model" | "layout" | "parts">;
    return {
      model,
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

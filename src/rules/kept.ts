import { createHash } from "node:crypto";
import type { Config } from "../config/config.js";
import type { SnapshotFacts } from "../facts/facts.js";
import { knowing, type LinkedSystem, type ModelContext } from "../model/build.js";
import { decodeSystem, encodeSystem, systemKey } from "../model/kept.js";
import type { SystemModel } from "../model/model.js";
import { decodePlain, encodePlain } from "../model/plain-data.js";
import { judge, type Judgements } from "./judge.js";

/** What a base is, and what rules say of it. */
interface KnownBase {
  readonly system: LinkedSystem;
  readonly model: SystemModel;
  readonly judgements: Judgements;
}

/** What it rests on. */
interface BaseGiven extends Pick<ModelContext, "history" | "traces"> {
  readonly facts: SnapshotFacts;
  readonly config: Config;
}

/** Where what is known of a base is kept, and the build that worked it out; without one nothing is. */
interface Keeping {
  readonly cache: {
    load(keys: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
    save(entries: ReadonlyMap<string, Uint8Array>): Promise<void>;
  } | null;
  readonly linker?: string;
}

/**
 * Many pull requests have one base: it is linked and judged for the first of them, and kept.
 *
 * @param link links the facts, where that has not been done
 */
export async function knownBase(given: BaseGiven, keeping: Keeping | undefined, link: () => Promise<LinkedSystem>): Promise<KnownBase> {
  const keys = keysOf(given, keeping?.linker);
  const cache = keys === null ? null : (keeping?.cache ?? null);
  if (keys === null || cache === null) return judgedBase(await link(), null, given);

  const kept = await cache.load([keys.system, keys.judgements]);
  const system = decodeSystem(kept.get(keys.system), given.facts, given.config);
  const judgements = decodeJudgements(kept.get(keys.judgements));
  const base = judgedBase(system ?? (await link()), judgements, given);

  const fresh = new Map<string, Uint8Array>();
  if (system === null) fresh.set(keys.system, encodeSystem(base.system));
  // A rule that broke down says so each time.
  if (judgements === null && base.judgements.failures.length === 0) fresh.set(keys.judgements, encodePlain(base.judgements));
  if (fresh.size > 0) await cache.save(fresh);
  return base;
}

function judgedBase(system: LinkedSystem, judgements: Judgements | null, { config, history, traces }: BaseGiven): KnownBase {
  const model = knowing(system, { history, traces });
  return { system, model, judgements: judgements ?? judge(model, config) };
}

/** Under which both are kept: what they follow from, and the build that worked them out; `null` where that is not known. */
function keysOf({ facts, config, history, traces }: BaseGiven, linker: string | undefined): { system: string; judgements: string } | null {
  const system = systemKey(facts, config, linker);
  if (system === null) return null;
  const judged = JSON.stringify(["judgements 1", system, config.rules, history ?? null, traces ?? null]);
  return { system, judgements: createHash("sha256").update(judged).digest("hex") };
}

function decodeJudgements(bytes: Uint8Array | undefined): Judgements | null {
  if (bytes === undefined) return null;
  try {
    return decodePlain(bytes) as Judgements;
  } catch {
    return null;
  }
}

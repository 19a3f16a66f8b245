import type { Branch } from "../code.js";
import type { FlowEffect } from "./flow.js";
import { LOOPS } from "./loops.js";
import type { FunctionAt, SiteAt } from "./sites.js";

/**
 * `if (known) { await save(); return; }` is an `if` whose other way is all that comes after it. The ways that this makes of what
 * a function does, for each of its effects.
 */
export function waysPast(at: FunctionAt, effects: readonly FlowEffect[]): readonly (readonly Branch[])[] {
  if (at.summary.blocks.every(({ leaves }) => leaves === undefined)) return effects.map(() => NONE);
  const sites = effects.map((effect) => ownSite(effect, at));
  const around = sites.map((site) => (site === null ? [] : blocksAround(site.site.block, at)));
  const ends = lastSites(
    [...new Set(around.flat())].filter((block) => isLeft(block, at)),
    at,
  );
  return sites.map((site, index) =>
    site === null
      ? NONE
      : [...ends].flatMap(([block, last]): readonly Branch[] => {
          const statement = `${at.file.path}#${at.summary.id}!${block}`;
          if (around[index]!.includes(block)) return [{ statement, arm: 1 }];
          const isAfter = site.index > last && !around[index]!.some((each) => at.summary.blocks[each]!.kind === "finally");
          return isAfter ? [{ statement, arm: 0 }] : NONE;
        }),
  );
}

const NONE: readonly Branch[] = [];

/** Where the function itself leads to the effect; not from within a callback, which is all that a `return` in it leaves. */
function ownSite({ via, origin }: FlowEffect, at: FunctionAt): SiteAt | null {
  const first = via[0] ?? origin.at;
  return first.file === at.file && first.summary === at.summary ? first : null;
}

/** It leaves the function, whatever else is done: no earlier round did what stands after it, and no `catch` goes on. */
function isLeft(block: number, at: FunctionAt): boolean {
  const { leaves } = at.summary.blocks[block]!;
  if (leaves === undefined) return false;
  const kinds = blocksAround(block, at).map((each) => at.summary.blocks[each]!.kind);
  return !kinds.some((kind) => LOOPS.has(kind) || (kind === "try" && leaves === "throws"));
}

/** The number of the last call in each block. */
function lastSites(blocks: readonly number[], at: FunctionAt): ReadonlyMap<number, number> {
  const last = new Map(blocks.map((block) => [block, -1]));
  if (last.size === 0) return last;
  for (const [index, { block }] of at.summary.calls.entries())
    for (const each of blocksAround(block, at)) if (last.has(each)) last.set(each, index);
  return last;
}

/** From the innermost block out. */
function blocksAround(block: number, { summary }: FunctionAt): readonly number[] {
  const found: number[] = [];
  for (let index: number | null = block; index !== null && found.length < 64; index = summary.blocks[index]?.parent ?? null)
    found.push(index);
  return found;
}

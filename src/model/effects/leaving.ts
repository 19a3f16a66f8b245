import type { Branch } from "../code.js";
import { LOOPS } from "./loops.js";
import type { FunctionAt, SiteAt } from "./sites.js";

/** What a function does: the calls that lead there, and the site itself. */
interface Reached {
  readonly via: readonly SiteAt[];
  readonly origin: { readonly at: SiteAt };
}

/**
 * `if (known) { await save(); return; }` is an `if` whose other way is all that comes after it. The ways that this makes of what
 * a function does, for each of its effects.
 */
export function waysPast(at: FunctionAt, effects: readonly Reached[]): readonly (readonly Branch[])[] {
  if (at.summary.blocks.every(({ leaves }) => leaves === undefined)) return effects.map(() => NONE);
  const sites = effects.map((effect) => ownSite(effect, at));
  const around = sites.map((site) => (site === null ? [] : blocksAround(site.site.block, at)));
  const ends = waysOut([...new Set(around.flat())], at);
  return sites.map((site, index) =>
    site === null
      ? NONE
      : [...ends].flatMap(([block, { last, loop }]): readonly Branch[] => {
          const way = { statement: `${at.file.path}#${at.summary.id}!${block}`, ...(loop === null ? {} : { perRound: true }) };
          if (around[index]!.includes(block)) return [{ ...way, arm: 1 }];
          const isAfter = site.index > last && !around[index]!.some((each) => at.summary.blocks[each]!.kind === "finally");
          return isAfter && (loop === null || around[index]!.includes(loop)) ? [{ ...way, arm: 0 }] : NONE;
        }),
  );
}

const NONE: readonly Branch[] = [];

/** Where the function itself leads to the effect; not from within a callback, which is all that a `return` in it leaves. */
function ownSite({ via, origin }: Reached, at: FunctionAt): SiteAt | null {
  const first = via[0] ?? origin.at;
  return first.file === at.file && first.summary === at.summary ? first : null;
}

/** A block that leaves what it stands in. */
interface WayOut {
  /** The number of its last call. */
  readonly last: number;
  /** The loop whose round it ends, or in which it leaves the function: other rounds may do what stands after it. */
  readonly loop: number | null;
}

function waysOut(blocks: readonly number[], at: FunctionAt): ReadonlyMap<number, WayOut> {
  const ways = new Map<number, WayOut>();
  for (const block of blocks) {
    const loop = leftLoop(block, at);
    if (loop !== undefined) ways.set(block, { last: lastSite(block, at), loop });
  }
  return ways;
}

/** The loop around a block that leaves, whatever else is done; `undefined` where it does not: a `catch` may go on. */
function leftLoop(block: number, at: FunctionAt): number | null | undefined {
  const { leaves } = at.summary.blocks[block]!;
  if (leaves === undefined) return undefined;
  for (const each of blocksAround(block, at)) {
    const { kind } = at.summary.blocks[each]!;
    if (LOOPS.has(kind)) return each;
    if (kind === "try" && leaves === "throws") return undefined;
  }
  return null;
}

function lastSite(block: number, at: FunctionAt): number {
  return at.summary.calls.findLastIndex((call) => blocksAround(call.block, at).includes(block));
}

/** From the innermost block out. */
function blocksAround(block: number, { summary }: FunctionAt): readonly number[] {
  const found: number[] = [];
  for (let index: number | null = block; index !== null && found.length < 64; index = summary.blocks[index]?.parent ?? null)
    found.push(index);
  return found;
}

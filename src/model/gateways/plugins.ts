import type { Lines } from "../../facts/place.js";
import type { Place } from "../evidence.js";
import type { GatewayPlugin } from "../gateway.js";

const SPECIFIC: readonly GatewayPlugin["scope"][] = ["route", "service", "global"];

/**
 * The plugins that run: of several enabled ones with one name Kong takes the most specific. Disabled ones and those of
 * single consumers are kept beside it.
 */
export function effective(plugins: readonly GatewayPlugin[]): readonly GatewayPlugin[] {
  const running = plugins.filter(({ enabled, scope }) => enabled && scope !== "consumer");
  return plugins.filter((plugin) => {
    if (!running.includes(plugin)) return true;
    const same = running.filter(({ name }) => name === plugin.name);
    return !same.some(({ scope }) => SPECIFIC.indexOf(scope) < SPECIFIC.indexOf(plugin.scope));
  });
}

export function placeIn(path: string, { startLine, endLine }: Lines): Place {
  return { path, startLine, endLine };
}

/** Gives each item its key; equal ones are counted in order. */
export function keyed<T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly [string, T])[] {
  const seen = new Map<string, number>();
  return items.map((item) => {
    const key = keyOf(item);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return [count === 1 ? key : `${key}#${count}`, item] as const;
  });
}

/** The segments of a path, without query, in lower case; parameters are `:`. */
export function segmentsOf(path: string): readonly string[] {
  return path
    .replace(/[?#].*$/, "")
    .split("/")
    .filter((segment) => segment !== "")
    .map((segment) => (/^[:*{[]|^\$\{/.test(segment) ? ":" : segment.toLowerCase()));
}

/**
 * How well a called path fits a route: 0 is not at all. Gateways and global prefixes take segments away from the front
 * or put them there, so the shorter of both may be the end of the longer; at least one name must be the same.
 */
export function matchScore(called: readonly string[], route: readonly string[]): number {
  if (called.length === 0 || route.length === 0) return called.length === route.length ? 1 : 0;
  const shorter = Math.min(called.length, route.length);
  let same = 0;
  let score = 0;
  for (let index = 1; index <= shorter; index += 1) {
    const a = called[called.length - index]!;
    const b = route[route.length - index]!;
    if (a === b && a !== ":") {
      same += 1;
      score += 4;
    } else if (a === ":" && b === ":") score += 3;
    else if (b === ":" || a === ":") score += 1;
    else return 0;
  }
  if (same === 0) return called.length === route.length ? score : 0;
  return score + (called.length === route.length ? 4 : 0);
}

/** `/orders` and `:id` as `/orders/:id`, however they are spelt. */
export function joinPaths(...parts: readonly string[]): string {
  const joined = parts.map((part) => part.replace(/^\/+|\/+$/g, "")).filter((part) => part !== "");
  return `/${joined.join("/")}`;
}

/** A route's own spelling of parameters (`{id}`, `[id]`, `:id(\\d+)`) as `:id`. */
export function routeTemplate(path: string): string {
  return path
    .replace(/\{(\w+)[^}]*\}/g, ":$1")
    .replace(/\[(?:\.\.\.)?(\w+)\]/g, ":$1")
    .replace(/:(\w+)\([^)]*\)/g, ":$1")
    .replace(/[?*]$/, "");
}

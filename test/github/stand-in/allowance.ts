import type { Caller } from "./access.js";
import { Refusal } from "./http.js";
import type { World } from "./world.js";

/** GitHub's limits on requests, counted for each installation apart. */
export interface Allowance {
  /** Counts a request. Throws the refusal of a limit that it goes beyond. */
  take(caller: Caller, method: string, path: string): void;
  /** The last request that was counted costs nothing of the hour's budget: what it asked for is not sent again. */
  giveBack(caller: Caller): void;
  /** What every answer says of the hour's budget. */
  headers(caller: Caller | null): Readonly<Record<string, string>>;
}

interface Used {
  /** When what counts by minute was asked for, with its points. */
  readonly minute: { readonly at: number; readonly points: number; readonly content: boolean }[];
  requests: number;
  /** In seconds. */
  reset: number;
}

export function makeAllowance(world: World): Allowance {
  const known = new Map<number, Used>();
  const usedBy = (caller: Caller | null): Used => {
    const who = caller?.kind === "installation" ? caller.token.installation.id : 0;
    const now = world.now().getTime();
    const used = known.get(who) ?? { minute: [], requests: 0, reset: Math.floor(now / 1_000) + 3_600 };
    known.set(who, used);
    while (used.minute[0] !== undefined && used.minute[0].at < now - 60_000) used.minute.shift();
    if (used.reset <= now / 1_000) Object.assign(used, { requests: 0, reset: Math.floor(now / 1_000) + 3_600 });
    return used;
  };
  return {
    take(caller, method, path) {
      const used = usedBy(caller);
      const now = world.now().getTime();
      const content = method !== "GET" && /\/(comments|reviews)\b/.test(path);
      const points = method === "GET" || path === "/graphql" ? 1 : 5;
      const { contentPerMinute, pointsPerMinute, requestsPerHour } = world.limits;
      if (used.requests >= requestsPerHour) throw limited("primary-limit", used.reset - Math.ceil(now / 1_000), world.now());
      const contents = used.minute.filter((one) => one.content).length;
      if ((content && contents >= contentPerMinute) || used.minute.reduce((sum, one) => sum + one.points, points) > pointsPerMinute)
        throw limited("secondary-limit", 60, world.now());
      used.requests++;
      used.minute.push({ at: now, points, content });
    },
    giveBack: (caller) => void usedBy(caller).requests--,
    headers(caller) {
      const { requests, reset } = usedBy(caller);
      const most = Number.isFinite(world.limits.requestsPerHour) ? world.limits.requestsPerHour : 5_000;
      const remaining = Number.isFinite(world.limits.requestsPerHour) ? most - requests : most;
      return {
        "x-ratelimit-limit": String(most),
        "x-ratelimit-remaining": String(remaining),
        "x-ratelimit-used": String(most - remaining),
        "x-ratelimit-reset": String(reset),
        "x-ratelimit-resource": "core",
        date: world.now().toUTCString(),
      };
    },
  };
}

export function limited(kind: "secondary-limit" | "primary-limit", seconds: number, now: Date): Refusal {
  if (kind === "secondary-limit") {
    return new Refusal(403, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.", [], {
      "retry-after": String(seconds),
    });
  }
  return new Refusal(403, "API rate limit exceeded for installation ID 70.", [], {
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": String(Math.ceil(now.getTime() / 1_000) + seconds),
  });
}

import fc from "fast-check";
import type { Fate } from "../github/stand-in/deliveries.js";
import type { Fault } from "../github/stand-in/faults.js";
import type { Route, Settings } from "./gateway.js";

/** One thing that happens to a repository. */
export type Step =
  | { readonly kind: "open"; readonly from: Branch; readonly onto: Branch; readonly open: readonly Route[]; readonly fork: boolean }
  | { readonly kind: "push"; readonly pull: number; readonly open: readonly Route[] }
  | { readonly kind: "retarget"; readonly pull: number; readonly onto: Branch }
  | { readonly kind: "rerun" | "rerun-all" | "close" | "title" | "queue" | "unqueue" | "talk"; readonly pull: number }
  | { readonly kind: "settle"; readonly settings: Settings }
  | { readonly kind: "advance"; readonly branch: Branch }
  | { readonly kind: "repeat" }
  | { readonly kind: "fate"; readonly fate: Fate }
  | { readonly kind: "hold" }
  | { readonly kind: "release"; readonly order: number }
  | { readonly kind: "fault"; readonly at: Target; readonly fault: Fault; readonly times: number }
  | { readonly kind: "wait"; readonly milliseconds: number };

export type Branch = "main" | "release";

/** Requests that go wrong, by what they are for. */
export const TARGETS = {
  "create check run": ["POST", "/check-runs$"],
  "update check run": ["PATCH", "/check-runs/"],
  "list check runs": ["GET", "/commits/[^/]+/check-runs$"],
  "create review": ["POST", "/reviews$"],
  "list pulls": ["GET", "/pulls$"],
  "read pull": ["GET", "/pulls/\\d+$"],
  "read tree": ["GET", "/git/trees/"],
  compare: ["GET", "/compare/"],
} as const;

/** The same for requests that no repository's name is in. */
export const COMMON_TARGETS = {
  graphql: ["POST", "^/graphql$"],
  "list installations": ["GET", "^/app/installations$"],
  "list repositories": ["GET", "^/installation/repositories$"],
  token: ["POST", "/access_tokens$"],
  "list deliveries": ["GET", "^/app/hook/deliveries$"],
  redeliver: ["POST", "^/app/hook/deliveries/"],
} as const;

export type Target = keyof typeof TARGETS | keyof typeof COMMON_TARGETS;

/** What happens in one repository, in turn. */
export type Story = readonly Step[];

/** Stories that go on side by side with one App, and after how many steps of the process each of its lives ends. */
export interface Schedule {
  readonly stories: readonly Story[];
  readonly lives: readonly number[];
}

const branch = fc.constantFrom<Branch>("main", "main", "release");
const routes = fc.subarray<Route>(["payments", "refunds"]);
const pull = fc.nat(2);

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constantFrom("before" as const, "after" as const), status: fc.constantFrom(500, 502, 503) }),
  fc.constant({ kind: "disconnect" as const }),
  fc.constant({ kind: "hang" as const }),
  fc.record({ kind: fc.constant("slow" as const), milliseconds: fc.integer({ min: 10, max: 400 }) }),
  fc.record({ kind: fc.constantFrom("secondary-limit" as const, "primary-limit" as const), seconds: fc.integer({ min: 1, max: 60 }) }),
  fc.constant({ kind: "expired-token" as const }),
);

const fate: fc.Arbitrary<Fate> = fc.oneof(
  fc.constantFrom<Fate>("fail", "vanish", "twice"),
  fc.record({ afterMs: fc.integer({ min: 10, max: 500 }) }),
);

/** What each review asks for comes more often than the rest. */
const target = fc.constantFrom<Target>(
  "create check run",
  "update check run",
  "graphql",
  "graphql",
  ...(Object.keys({ ...TARGETS, ...COMMON_TARGETS }) as Target[]),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("push" as const), pull, open: routes }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("open" as const), from: branch, onto: branch, open: routes, fork: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("retarget" as const), pull, onto: branch }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "rerun" as const,
        "rerun-all" as const,
        "rerun" as const,
        "close" as const,
        "title" as const,
        "queue" as const,
        "unqueue" as const,
        "talk" as const,
      ),
      pull,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("settle" as const), settings: fc.constantFrom<Settings>("none", "advise", "broken") }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("advance" as const), branch }) },
  { weight: 2, arbitrary: fc.constant({ kind: "repeat" as const }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("fate" as const), fate }) },
  { weight: 1, arbitrary: fc.constant({ kind: "hold" as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("release" as const), order: fc.nat(1_000) }) },
  { weight: 14, arbitrary: fc.record({ kind: fc.constant("fault" as const), at: target, fault, times: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("wait" as const), milliseconds: fc.integer({ min: 5, max: 600 }) }) },
);

const first: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("open" as const),
  from: branch,
  onto: branch,
  open: routes,
  fork: fc.constant(false),
});

const story: fc.Arbitrary<Story> = fc
  .tuple(first, fc.array(step, { minLength: 2, maxLength: 14, size: "max" }))
  .map(([opening, rest]) => [opening, ...rest]);

/** Lives that end, for each story: as many as stories at most in the mean. */
const LIVES = 2;

/** Most lives are short: what a process does first is what it does most often. */
const life = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 600 }), fc.integer({ min: 200, max: 4_000 }));

export function schedules(size: number, least = 1): fc.Arbitrary<Schedule> {
  return fc.record({
    stories: fc.array(story, { minLength: least, maxLength: size, size: "max" }),
    lives: fc.array(life, { maxLength: LIVES * size, size: "max" }),
  });
}

/** A schedule as one line that can be read and run again. */
export function written(schedule: Schedule): string {
  return JSON.stringify(schedule);
}

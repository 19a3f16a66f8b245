import type { Budget, BudgetStore } from "../store/store.js";

/** Below this part of an hour's requests what is left is kept for verdicts. */
const RESERVE = 0.1;

/** What GitHub lets each installation ask for. All replicas that share a store know what one of them was told. */
export interface Budgets {
  /** Reads what an answer to an installation says of its budget. */
  seen(installation: number, headers: Readonly<Record<string, unknown>>): void;
  /** Until when nobody may ask for anything; `null`: one may. */
  pausedUntil(installation: number): Promise<Date | null>;
  /** GitHub refuses requests until then. */
  pause(installation: number, until: Date): Promise<void>;
  /** When there will be enough for more than verdicts; `null`: there is. */
  scarceUntil(installation: number): Promise<Date | null>;
  /** Tells the other replicas what was seen since it was told last. */
  share(installation: number): Promise<void>;
}

export function openBudgets(store: BudgetStore, now: () => Date): Budgets {
  const untold = new Map<number, Map<string, Budget>>();
  const share = async (installation: number): Promise<void> => {
    const seen = untold.get(installation);
    untold.delete(installation);
    if (seen !== undefined) await store.note(installation, seen);
  };
  return {
    seen(installation, headers) {
      const budget = budgetIn(headers);
      if (budget === null) return;
      const named = headers["x-ratelimit-resource"];
      const resource = typeof named === "string" ? named : "core";
      const known = untold.get(installation) ?? new Map<string, Budget>();
      known.set(resource, scarcer(known.get(resource), budget));
      untold.set(installation, known);
    },
    async pausedUntil(installation) {
      const { pausedUntil } = await store.of(installation);
      return pausedUntil !== null && pausedUntil > now() ? pausedUntil : null;
    },
    pause: (installation, until) => store.pause(installation, until),
    async scarceUntil(installation) {
      await share(installation);
      const { budgets } = await store.of(installation);
      const scarce = budgets.filter(({ most, remaining, renewedAt }) => renewedAt > now() && remaining < most * RESERVE);
      return scarce.reduce<Date | null>((latest, { renewedAt }) => (latest === null || renewedAt > latest ? renewedAt : latest), null);
    },
    share,
  };
}

function budgetIn(headers: Readonly<Record<string, unknown>>): Budget | null {
  const [most, remaining, reset] = ["limit", "remaining", "reset"].map((name) => Number(headers[`x-ratelimit-${name}`])) as [
    number,
    number,
    number,
  ];
  return [most, remaining, reset].every(Number.isInteger) && most > 0 ? { most, remaining, renewedAt: new Date(reset * 1_000) } : null;
}

/** Answers overtake each other: of one hour the lowest number is the newest. */
function scarcer(known: Budget | undefined, seen: Budget): Budget {
  if (known === undefined || seen.renewedAt > known.renewedAt) return seen;
  return seen.renewedAt < known.renewedAt || known.remaining < seen.remaining ? known : seen;
}

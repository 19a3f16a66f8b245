/** How a request goes wrong. `after` acts first and fails then: the client cannot know. */
export type Fault =
  | { readonly kind: "before" | "after"; readonly status: number }
  | { readonly kind: "disconnect" }
  /** Acts, and never answers. */
  | { readonly kind: "hang" }
  | { readonly kind: "slow"; readonly milliseconds: number }
  | { readonly kind: "secondary-limit" | "primary-limit"; readonly seconds: number }
  | { readonly kind: "expired-token" };

interface Planned {
  readonly method: string;
  readonly path: RegExp;
  readonly fault: Fault;
  left: number;
}

export interface Faults {
  /** The next requests that match go wrong, `times` of them. */
  plan(method: string, path: RegExp, fault: Fault, times?: number): void;
  /** What becomes of this request; `null` where nothing is planned for it. */
  take(method: string, path: string): Fault | null;
  /** What went wrong so far. */
  readonly met: readonly Fault[];
  /** How many are still to come. */
  left(): number;
  clear(): void;
}

export function makeFaults(): Faults {
  const planned: Planned[] = [];
  const met: Fault[] = [];
  return {
    plan: (method, path, fault, times = 1) => void planned.push({ method, path, fault, left: times }),
    take(method, path) {
      const next = planned.find((one) => one.left > 0 && one.method === method && one.path.test(path));
      if (next === undefined) return null;
      next.left--;
      met.push(next.fault);
      return next.fault;
    },
    met,
    left: () => planned.reduce((sum, { left }) => sum + left, 0),
    clear: () => void planned.splice(0),
  };
}

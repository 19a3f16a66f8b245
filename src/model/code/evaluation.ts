import type { Denotation } from "./denotation.js";
import { unknown } from "./text.js";

/** After so many questions out of one file that ran out of fuel, its further ones get little: a maze stays a maze. */
const PATIENCE = 20;
const LITTLE_FUEL = 200;

/** Steps that one question may take. Real code needs tens; what needs more is a maze, and gets `unknown`. */
const FUEL = 4_000;
/** Values nested in values: more than any real chain of wrappers, less than the machine's stack. */
const MAX_DEPTH = 60;

/** Known answers, or the depth at which the answer is being looked for. */
export type Memo<K> = Map<K, Denotation | number>;

/**
 * Bounds the work of one question and remembers answers. An answer that was cut short because it asks for itself is
 * remembered only at the top of the cycle, and one that ran out of fuel only as the answer to the whole question, so
 * that what is remembered never depends on who asked first.
 */
export class Evaluation {
  /** Where questions come from: how often those of one file ran out of fuel. */
  readonly #asker: () => string;
  readonly #exhausted = new Map<string, number>();
  #depth = 0;
  #fuel = 0;
  /** The lowest depth that an unfinished answer waits for; -1 when fuel or depth ran out. */
  #waits = Infinity;

  /** @param asker the path of the file out of which is asked */
  constructor(asker: () => string) {
    this.#asker = asker;
  }

  get isRunning(): boolean {
    return this.#depth > 0;
  }

  /** The remembered answer for a key, or the computed one. `name` is the text of an answer that cannot be given. */
  answer<K>(memo: Memo<K>, key: K, name: string, compute: () => Denotation): Denotation {
    const known = memo.get(key);
    if (known !== undefined && typeof known !== "number") return known;
    if (known !== undefined) {
      this.#waits = Math.min(this.#waits, known);
      return unknown(name);
    }
    if (this.#depth === 0) {
      this.#fuel = this.#exhausted.size > 0 && (this.#exhausted.get(this.#asker()) ?? 0) > PATIENCE ? LITTLE_FUEL : FUEL;
      this.#waits = Infinity;
    }
    this.#fuel--;
    if (this.#fuel === -1) this.#exhausted.set(this.#asker(), (this.#exhausted.get(this.#asker()) ?? 0) + 1);
    if (this.#fuel < 0 || this.#depth >= MAX_DEPTH) {
      this.#waits = -1;
      return unknown(name);
    }
    return this.#compute(memo, key, compute);
  }

  /** Whether the answer for this key is being looked for: asking again would go round in a circle. */
  isOpen<K>(memo: Memo<K>, key: K): boolean {
    const known = memo.get(key);
    if (typeof known !== "number") return false;
    this.#waits = Math.min(this.#waits, known);
    return true;
  }

  /** Says that the answer being computed was cut short, so that it is not remembered. */
  cut(): void {
    this.#waits = -1;
  }

  #compute<K>(memo: Memo<K>, key: K, compute: () => Denotation): Denotation {
    const depth = this.#depth;
    const outer = this.#waits;
    this.#waits = Infinity;
    memo.set(key, depth);
    this.#depth++;
    let found: Denotation | null = null;
    try {
      found = compute();
    } finally {
      this.#depth--;
      const finished = this.#waits >= depth || depth === 0;
      if (found !== null && finished) memo.set(key, found);
      else memo.delete(key);
      this.#waits = finished ? outer : Math.min(outer, this.#waits);
    }
    return found;
  }
}

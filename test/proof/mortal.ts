import type { Database, Queries } from "../../src/store/database.js";

/** When a process is to die: after so many steps of its, a step being the moment before or after something outside it is asked. */
export interface Life {
  /** In steps; `null` where it ends only when it is told to. */
  readonly length: number | null;
  readonly dead: boolean;
  /** Resolves when it dies. */
  readonly death: Promise<void>;
  die(): void;
  /**
   * Does something outside the process. Where the process is dead before, nothing is done; where it dies after, nobody
   * hears of the answer. Either way whoever waits waits for ever, as nobody waits any more.
   */
  act<T>(work: () => Promise<T>): Promise<T>;
}

/** A life of this many steps; `null` until it is told to end. */
export function lifeOf(length: number | null): Life {
  let steps = 0;
  let dead = false;
  let ended: () => void;
  const death = new Promise<void>((resolve) => (ended = resolve));
  const die = (): void => {
    dead = true;
    ended();
  };
  const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
  /** Whether it is alive after one more step. */
  const step = (): boolean => {
    if (!dead && length !== null && ++steps >= length) die();
    return !dead;
  };
  return {
    length,
    get dead() {
      return dead;
    },
    death,
    die,
    async act(work) {
      if (!step()) return never();
      try {
        const result = await work();
        return step() ? result : await never();
      } catch (error) {
        if (step()) throw error;
        return never();
      }
    },
  };
}

/** The database as a process has it that may die. What it had begun and not committed is undone, as the engine does when a client is gone. */
export function mortalDatabase(database: Database, life: Life): Database {
  const dies = life.death.then(() => {
    throw new Error("the process died");
  });
  dies.catch(() => undefined);
  return {
    engine: database.engine,
    query: (sql, values) => life.act(() => database.query(sql, values)),
    transaction: (work) =>
      life.act(() =>
        database.transaction((queries) => {
          const mortal: Queries = { query: (sql, values) => life.act(() => queries.query(sql, values)) };
          return Promise.race([work(mortal), dies]);
        }),
      ),
    close: () => Promise.resolve(),
  };
}

/** Requests as a process makes them that may die. An answer that does not come within `patience` milliseconds is given up. */
export function mortalFetch(life: Life, patience: number): typeof fetch {
  // The library for GitHub's tokens remembers in its module which of them it has asked for: in a new process it would not.
  const dies = life.death.then(() => {
    throw new Error("the process died");
  });
  dies.catch(() => undefined);
  return (input, init = {}) =>
    Promise.race([
      dies,
      life.act(async () => {
        const clock = AbortSignal.timeout(patience);
        const response = await fetch(input, { ...init, signal: init.signal == null ? clock : AbortSignal.any([init.signal, clock]) });
        // A process that dies while it reads the answer has none of it.
        const whole = new Response(response.status === 204 || response.status === 304 ? null : await response.arrayBuffer(), {
          status: response.status,
          headers: response.headers,
        });
        return Object.defineProperty(whole, "url", { value: response.url });
      }),
    ]);
}

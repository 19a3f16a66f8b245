import { setTimeout as pause } from "node:timers/promises";
import { openDatabase } from "../../src/store/open.js";
import type { Database } from "../../src/store/database.js";
import type { StoreLocation } from "../../src/store/store.js";
import type { StandIn } from "../github/stand-in/stand-in.js";
import { QUICK } from "../store/places.js";
import { beBorn, type Incarnation } from "./incarnation.js";
import { lifeOf } from "./mortal.js";
import { count, type Counts } from "./story.js";
import type { Stage } from "./trial.js";

/** How often a sweep may have to look until everything is as promised, once nothing goes wrong any more. */
const SWEEPS = 4;
/** For one of them, in milliseconds. */
const PATIENCE = 900_000;
/** For looking while things still go wrong. */
const ENDURANCE = 30_000;

const PACE = { ...QUICK.pace, retries: 5, supervision: 1 };

/** The embedded engine takes a second to open, so that it dies with one death in so many; where it is killed, with each. */
const REOPENING = 4;

/** Time passes for what waits: limits, pauses between attempts, and jobs of a process that is gone. */
const TIME_PASSES = "DELETE FROM faultline.pause; UPDATE pgboss.job SET start_after = now() WHERE state < 'active' AND start_after > now()";
/** How often it does while stories are told, in milliseconds. */
const TICK = 500;
const NOBODY_WORKS = "UPDATE pgboss.job SET heartbeat_on = now() - interval '1 hour' WHERE state = 'active'";
const UNFINISHED = "SELECT count(*)::int AS jobs FROM pgboss.job WHERE state < 'completed'";

/** The App in this process: it dies at a step by losing all that it knows, and finds its database again. */
export class StageHere implements Stage {
  readonly #github: StandIn;
  readonly #open: () => Promise<Database>;
  readonly #lives: number[];
  readonly #counts: Counts;
  #life = lifeOf(null);
  #database: Database | null = null;
  #app: Promise<Incarnation> | null = null;
  #ended = false;
  #deaths = 0;
  #logs: (readonly string[])[] = [];

  constructor(github: StandIn, place: StoreLocation, lives: readonly number[], counts: Counts) {
    this.#github = github;
    this.#open = () => openDatabase(place, QUICK);
    this.#lives = [...lives];
    this.#counts = counts;
  }

  async play(): Promise<void> {
    await Promise.all([this.#live(), this.#tick()]);
  }

  /** The clock of what waits runs faster than that of this machine. */
  async #tick(): Promise<void> {
    while (!this.#ended) {
      await pause(TICK);
      await this.#database?.query(TIME_PASSES).catch(() => undefined);
    }
  }

  async #live(): Promise<void> {
    while (!this.#ended) {
      this.#database ??= await persistently(this.#open);
      const life = lifeOf(this.#lives.shift() ?? null);
      this.#life = life;
      const born = beBorn(this.#github, this.#database, life, PACE);
      this.#app = born;
      born.then(
        (app) => {
          this.#logs.push(app.log);
          void app.sweep().catch(() => undefined);
        },
        () => undefined,
      );
      await Promise.race([life.death, this.#failed(born)]);
      if (this.#ended) return;
      count(this.#counts, "crash");
      await this.#database.query(NOBODY_WORKS).catch(() => undefined);
      if (this.#database.engine === "pglite" && ++this.#deaths % REOPENING !== 0) continue;
      await this.#database.close();
      this.#database = null;
    }
  }

  /** Rejects where the App cannot be born. */
  async #failed(born: Promise<unknown>): Promise<never> {
    await born;
    return new Promise<never>(() => undefined);
  }

  async endure(): Promise<void> {
    const end = Date.now() + ENDURANCE;
    const left = (): number => this.#github.faults.left() + this.#lives.length;
    for (let before = Number.POSITIVE_INFINITY; left() > 0 && left() < before && Date.now() < end;) {
      before = left();
      await this.#alive();
      const life = this.#life;
      await Promise.race([this.#sweepAndSettle().catch(() => undefined), life.death, pause(end - Date.now())]);
    }
  }

  async immortal(): Promise<void> {
    this.#lives.splice(0);
    const before = this.#life;
    await this.#alive();
    if (before.length === null) return;
    before.die();
    await pause(10);
    await this.#alive();
  }

  async heal(wrong: () => Promise<readonly string[]>): Promise<void> {
    let found: readonly string[] = [];
    for (let sweeps = 0; sweeps < SWEEPS; sweeps++) {
      await this.#sweepAndSettle();
      found = await wrong();
      if (found.length === 0) return;
    }
    throw new Error(`not as promised:\n${found.join("\n")}\n${this.#lastWords()}`);
  }

  async #sweepAndSettle(): Promise<void> {
    const app = await this.#alive();
    const [life, database] = [this.#life, this.#database!];
    app.later();
    await this.#github.deliveries.settled();
    await app.sweep();
    await this.#github.deliveries.settled();
    const end = Date.now() + PATIENCE;
    for (;;) {
      await database.query(TIME_PASSES);
      const [row] = await database.query(UNFINISHED);
      if (row?.["jobs"] === 0 || life.dead) return;
      if (Date.now() > end) throw new Error(`${String(row?.["jobs"])} jobs do not end\n${this.#lastWords()}`);
      await pause(100);
    }
  }

  log(): readonly string[] {
    return this.#logs.flat();
  }

  /** The newest lines of the log, for a failure. */
  #lastWords(): string {
    return this.#logs
      .map((log) =>
        log
          .slice(-25)
          .map((line) => `${line.slice(0, 300)}\n`)
          .join(""),
      )
      .join("-- it died --\n");
  }

  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const app = await this.#app?.catch(() => null);
    await app?.end();
    this.#life.die();
    await this.#database?.close();
  }

  /** The App, once it lives. */
  async #alive(): Promise<Incarnation> {
    const end = Date.now() + PATIENCE;
    while (Date.now() < end) {
      const app = await Promise.race([this.#app, this.#life.death.then(() => null), pause(PATIENCE, null)]);
      if (app != null && !this.#life.dead) return app;
      await pause(20);
    }
    throw new Error("the App does not live");
  }
}

/** A host starts a process again that ends because the database does not answer on a busy machine. */
async function persistently(open: () => Promise<Database>): Promise<Database> {
  for (let tries = 0; ; tries++) {
    try {
      return await open();
    } catch (error) {
      if (tries === 10) throw error;
      await pause(500);
    }
  }
}

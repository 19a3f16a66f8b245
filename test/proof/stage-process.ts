import { setTimeout as pause } from "node:timers/promises";
import type { StoreLocation } from "../../src/store/store.js";
import { freePort, spawnApp, type AppProcess } from "../github/app-process.js";
import type { StandIn } from "../github/stand-in/stand-in.js";
import { count, type Counts } from "./story.js";
import type { Stage } from "./trial.js";

/** For all to be as promised, in milliseconds: real limits and pauses, and a process that was killed is missed after a while. */
const PATIENCE = 400_000;

/** What a step of a life takes, roughly, in milliseconds. Its start counts, so that many die in it. */
const STEP = 10;
const LONGEST_LIFE = 10_000;
/** For all lives but the last. */
const ENDURANCE = 120_000;

/** The App in a process of its own, which is killed. */
export class StageElsewhere implements Stage {
  readonly #github: StandIn;
  readonly #place: StoreLocation;
  readonly #directory: string;
  readonly #lives: number[];
  readonly #counts: Counts;
  #app: AppProcess | null = null;
  #ended = false;
  #hurry: () => void = () => undefined;
  #lastLife: () => void = () => undefined;
  readonly #livesOver = new Promise<void>((resolve) => (this.#lastLife = resolve));
  readonly #logs: string[] = [];

  /** `directory` is the process's own. */
  constructor(github: StandIn, place: StoreLocation, directory: string, lives: readonly number[], counts: Counts) {
    this.#github = github;
    this.#place = place;
    this.#directory = directory;
    this.#lives = [...lives];
    this.#counts = counts;
  }

  async play(): Promise<void> {
    const port = await freePort();
    const store: Record<string, string> = "databaseUrl" in this.#place ? { DATABASE_URL: this.#place.databaseUrl } : {};
    const dataDirectory = "dataDirectory" in this.#place ? this.#place.dataDirectory : this.#directory;
    for (;;) {
      const life = this.#lives.shift();
      const app = spawnApp(this.#github, {
        dataDirectory,
        port,
        environment: { FAULTLINE_SWEEP_SECONDS: "3", LOG_LEVEL: "info", ...store },
      });
      this.#app = app;
      if (this.#ended) return app.kill();
      if (life === undefined) {
        await app.ready();
        return this.#lastLife();
      }
      await Promise.race([pause(Math.min(LONGEST_LIFE, life * STEP)), new Promise<void>((resolve) => (this.#hurry = resolve))]);
      await app.kill();
      this.#logs.push(app.log());
      count(this.#counts, "kill -9");
    }
  }

  async endure(): Promise<void> {
    await Promise.race([this.#livesOver, pause(ENDURANCE)]);
  }

  async immortal(): Promise<void> {
    this.#lives.splice(0);
    this.#hurry();
    await this.#livesOver;
  }

  async heal(wrong: () => Promise<readonly string[]>): Promise<void> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      await this.#github.deliveries.settled();
      const found = (await this.#idle()) ? await wrong() : ["it is still busy"];
      if (found.length === 0) return;
      if (Date.now() > end)
        throw new Error(
          `not as promised:\n${found.join("\n")}\n${[...this.#logs, this.#app?.log() ?? ""].map((log) => log.slice(-6_000)).join("-- it was killed --\n")}`,
        );
      await pause(500);
    }
  }

  log(): readonly string[] {
    return [...this.#logs, this.#app?.log() ?? ""].flatMap((log) => log.split("\n"));
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#app?.kill();
  }

  /** Nothing waits and nothing runs. */
  async #idle(): Promise<boolean> {
    const answer = await fetch(`${this.#app?.url ?? "http://127.0.0.1:9"}/metrics`).catch(() => null);
    const counts = [...((await answer?.text()) ?? "").matchAll(/^faultline_queue_(?:waiting|active) (\S+)$/gm)].map(([, jobs]) =>
      Number(jobs),
    );
    return counts.length === 2 && counts.every((jobs) => jobs === 0);
  }
}

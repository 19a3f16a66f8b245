/**
 * `npm run proof -- --runs 1000 --engine pglite|postgres [--kill] [--seed N] [--size N]`: random schedules against the
 * App, and the promise afterwards. Prints the seed of each batch, what went wrong by kind, and a failing schedule made small.
 */
import { parseArgs } from "node:util";
import fc from "fast-check";
import { temporaryDirectory } from "../snapshot/repository.js";
import { databases, directories, findServer, type Places } from "../store/places.js";
import { schedules, written, type Schedule } from "./schedule.js";
import { StageElsewhere } from "./stage-process.js";
import { StageHere } from "./stage-here.js";
import type { Counts } from "./story.js";
import { trial } from "./trial.js";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "100" },
    engine: { type: "string", default: "pglite" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    size: { type: "string", default: "4" },
    minutes: { type: "string", default: "600" },
    kill: { type: "boolean", default: false },
  },
});

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function placesOf(engine: string): Promise<Places> {
  if (engine === "pglite") return directories();
  const binaries = findServer();
  if (engine !== "postgres") throw new Error(`--engine is pglite or postgres, and not ${engine}`);
  if (binaries === null) throw new Error("PostgreSQL is not installed here");
  return databases(binaries);
}

/** How long a failing schedule is made smaller, in milliseconds. */
const SHRINKING = 600_000;

/** A smaller schedule that fails too, as far as there is time. */
async function shrunk(seed: number, stories: number, fails: (schedule: Schedule) => Promise<void>): Promise<string> {
  const end = Date.now() + SHRINKING;
  const inTime = async (schedule: Schedule): Promise<void> => {
    if (Date.now() < end) await fails(schedule);
  };
  const { counterexample, errorInstance } = await fc.check(fc.asyncProperty(schedules(stories, stories), inTime), { seed, numRuns: 1 });
  return counterexample === null ? "it did not fail again" : `${written(counterexample[0])}\n${String(errorInstance)}`;
}

async function prove(): Promise<void> {
  const [runs, seed, size, minutes] = [values.runs, values.seed, values.size, values.minutes].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const places = await placesOf(values.engine);
  const counts: Counts = new Map();
  const end = (code: number): never => {
    for (const [kind, times] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) say(`  ${kind}: ${times}`);
    places.close();
    process.exit(code);
  };
  // What was proved until then counts.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => end(130));
  const begun = Date.now();
  let done = 0;
  let failed = 0;
  for (let batch = 0; done < runs && Date.now() - begun < minutes * 60_000; batch++) {
    const stories = Math.min(size, runs - done);
    const [schedule] = fc.sample(schedules(stories, stories), { seed: seed + batch, numRuns: 1 });
    if (schedule === undefined) throw new Error("no schedule");
    const one = (other: Schedule): Promise<void> =>
      trial(
        other,
        async (github) => {
          const place = await places.place();
          return values.kill
            ? new StageElsewhere(github, place, temporaryDirectory(), other.lives, counts)
            : new StageHere(github, place, other.lives, counts);
        },
        counts,
      );
    try {
      await one(schedule);
    } catch (error) {
      failed++;
      say(`batch ${batch}, seed ${seed + batch}: ${String(error)}\n${written(schedule)}`);
      say(`made small: ${await shrunk(seed + batch, stories, one)}`);
    }
    done += schedule.stories.length;
    say(`${done} schedules (seed ${seed + batch}), ${failed} batches failed, ${Math.round((Date.now() - begun) / 1_000)} s`);
  }
  end(failed === 0 ? 0 : 1);
}

await prove();

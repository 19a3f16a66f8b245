import fc from "fast-check";
import { test } from "vitest";
import { onBothEngines } from "../store/engines.js";
import { schedules } from "./schedule.js";
import { StageHere } from "./stage-here.js";
import type { Counts } from "./story.js";
import { trial } from "./trial.js";

/**
 * The promise of docs/app.md under random schedules: pushes, retargets, repetitions, losses, GitHub's errors and limits, and
 * deaths of the process at any moment. A few here, on each engine; `npm run proof` runs as many as one has time for.
 */
onBothEngines("nothing is lost", ({ place }) => {
  test("whatever happens, each head has its verdict once, and each finding its comment once", { timeout: 1_200_000 }, async () => {
    const counts: Counts = new Map();
    await fc.assert(
      fc.asyncProperty(schedules(3, 3), (schedule) =>
        trial(schedule, async (github) => new StageHere(github, await place(), schedule.lives, counts), counts),
      ),
      { numRuns: 1, seed: 20_261_124, endOnFailure: true },
    );
  });
});

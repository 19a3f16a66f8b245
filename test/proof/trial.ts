import { manifest } from "../github/app-process.js";
import { startStandIn, type StandIn } from "../github/stand-in/stand-in.js";
import { broken, type GaveUp } from "./promise.js";
import type { Schedule } from "./schedule.js";
import { beginStory, count, tell, type Counts } from "./story.js";

/** Where the App lives, dies and lives again. */
export interface Stage {
  /** One life after the other, until the end. Rejects where the App does not live. */
  play(): Promise<void>;
  /** Lets the App find what it missed while things still go wrong: most of what a story plans is met after it was told. */
  endure(): Promise<void>;
  /** From now on nothing dies by itself. */
  immortal(): Promise<void>;
  /** Lets the App find what it missed, until `wrong` finds nothing more. Rejects where that takes too long. */
  heal(wrong: () => Promise<readonly string[]>): Promise<void>;
  /** What the App wrote in all its lives, line by line. */
  log(): readonly string[];
  end(): Promise<void>;
}

/** Rejects, with what is not as promised, where the promise does not hold in the end. */
export async function trial(schedule: Schedule, stageFor: (github: StandIn) => Promise<Stage>, counts: Counts): Promise<void> {
  const github = await startStandIn(manifest());
  const stage = await stageFor(github);
  try {
    const told = await Promise.all(schedule.stories.map((_, index) => beginStory(github, `gateway-${index}`)));
    const gaveUp: GaveUp = (repository, number) =>
      stage
        .log()
        .some((line) => line.includes(`"repository":"${repository}","pullRequest":${number},`) && line.includes("a job was given up"));
    const playing = stage.play();
    const telling = (async () => {
      await Promise.all(schedule.stories.map((story, index) => tell(github, told[index]!, story, counts)));
      github.deliveries.release();
      github.deliveries.fates.splice(0);
      await stage.endure();
      await stage.immortal();
      for (const fault of github.faults.met) count(counts, `fault ${"status" in fault ? `5xx ${fault.kind} acting` : fault.kind}`);
      count(counts, "fault that nothing met", github.faults.left());
      github.faults.clear();
      await stage.heal(async () => (await Promise.all(told.map((one) => broken(github, one, gaveUp)))).flat());
    })();
    await Promise.race([telling, playing.then(() => telling)]);
    await stage.end();
    await playing;
    count(
      counts,
      "check run",
      told.reduce((sum, { repository }) => sum + repository.checkRuns.size, 0),
    );
    count(counts, "delivery", github.deliveries.attempts.length);
  } finally {
    await stage.end();
    await github.close();
  }
}

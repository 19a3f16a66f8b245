import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, test, vi } from "vitest";
import type { Job } from "../../src/store/jobs.js";
import type { StoreLocation } from "../../src/store/store.js";
import { onBothEngines, QUICK } from "./engines.js";

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill("SIGKILL")));

/** Starts a process with a store; `said` resolves once it printed a line that contains the text. */
function start(at: StoreLocation, mode: "work" | "hold"): { child: ChildProcess; said: (text: string) => Promise<string> } {
  const child = spawn(
    process.execPath,
    [path.resolve(import.meta.dirname, "holder.mjs"), JSON.stringify(at), mode, JSON.stringify(QUICK.pace)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  children.push(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  const said = (text: string): Promise<string> =>
    vi.waitFor(
      () => lines.find((line) => line.includes(text)) ?? Promise.reject(new Error(`not said: ${text}; but: ${lines.join(" / ")}`)),
      { timeout: 120_000, interval: 50 },
    );
  return { child, said };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

onBothEngines("a crash", ({ name, open, place }) => {
  test("a job that was active is taken again within a minute, and nothing is lost", async () => {
    const at = await place();
    const before = await open(at);
    const delivery = { id: "d1", event: "pull_request", action: "opened", receivedAt: new Date() };
    const job: Job = { kind: "pull-request", installation: 1, repository: "shop/orders", number: 7, rerun: null };
    await before.accept(delivery, [job]);
    await before.facts.save(new Map([["key", Buffer.from("text")]]));
    await before.close();

    const { child, said } = start(at, "work");
    await said("working on 7");
    await kill(child);

    const after = await open(at);
    expect(await after.accept(delivery, [job])).toBe("duplicate");
    expect(await after.facts.load(["key"])).toEqual(new Map([["key", Buffer.from("text")]]));
    const seen: Job[] = [];
    await after.work(
      async (taken) => {
        seen.push(taken);
      },
      async () => {},
      1,
    );
    await vi.waitFor(() => expect(seen).toEqual([job]), { timeout: name === "pglite" ? 30_000 : 60_000, interval: 50 });
  });
});

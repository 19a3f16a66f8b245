import { threadId } from "node:worker_threads";

/** Stands in for the worker: does what the text says. */
export function extractInWorker({ path, text }) {
  if (text === "hang") for (;;);
  if (text === "throw") throw new TypeError("secret hunter2");
  if (text === "leave") process.exit(1);
  if (text === "hoard") {
    const hoard = [];
    for (;;) hoard.push(new Array(100_000).fill({ path }));
  }
  return JSON.stringify({ facts: [], unreadable: [], ignores: [{ rule: text, reason: null, until: null, line: text === "thread" ? threadId : 1 }], excluded: null });
}

import { createHash } from "node:crypto";

/** Stands in for the worker: does what the head's repository is called. */
export async function analyseInWorker({ head, port }) {
  const answer = (id, ask) =>
    new Promise((resolve) => {
      port.once("message", resolve);
      port.postMessage({ id, ask });
    });
  await answer(1, { kind: "begin" });
  if (head.repository === "hang") for (;;) createHash("sha256").update("x").digest();
  if (head.repository === "throw") throw new TypeError("secret hunter2");
  if (head.repository === "leave") process.exit(1);
  if (head.repository === "hoard") {
    const hoard = [];
    for (;;) hoard.push(new Array(100_000).fill({ head }));
  }
  if (head.repository === "wait") await answer(2, { kind: "load", keys: [] });
  port.close();
  return { head: head.repository };
}

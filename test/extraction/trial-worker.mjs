import { threadId } from "node:worker_threads";

/** Stands in for the worker: does what the texts say. */
export function extractInWorker(texts) {
  const parts = texts.map(({ path, text }) => {
    if (text === "hang") for (;;);
    if (text === "throw") throw new TypeError("secret hunter2");
    if (text === "leave") process.exit(1);
    if (text === "hoard") {
      const hoard = [];
      for (;;) hoard.push(new Array(100_000).fill({ path }));
    }
    const json = Buffer.from(
      JSON.stringify({
        facts: [],
        unreadable: [],
        ignores: [{ rule: text, reason: null, until: null, line: text === "thread" ? threadId : 1 }],
        excluded: null,
      }),
    );
    const head = Buffer.alloc(9);
    head.writeUInt8(2);
    head.writeUInt32BE(1, 1);
    head.writeUInt32BE(json.length, 5);
    return Buffer.concat([head, json]);
  });
  return { bytes: new Uint8Array(Buffer.concat(parts)), lengths: parts.map(({ length }) => length) };
}

/**
 * Runs git for a process that is too large to do it: a fork copies the tables of all its memory first, which costs
 * a large process ten times what git itself takes. Ends with its parent.
 */
import { spawn } from "node:child_process";

process.on("message", ({ id, directory, args, input }) => {
  const child = spawn("git", ["-c", "core.quotepath=off", ...args], {
    cwd: directory,
    env: { PATH: process.env["PATH"], GIT_CONFIG_NOSYSTEM: "1", HOME: directory },
  });
  const out = [];
  const err = [];
  child.stdout.on("data", (chunk) => out.push(chunk));
  child.stderr.on("data", (chunk) => err.push(chunk));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  child.on("error", (error) => process.send({ id, failure: String(error) }));
  child.on("close", (code) =>
    process.send(code === 0 ? { id, bytes: Buffer.concat(out) } : { id, failure: Buffer.concat(err).toString().trim() }),
  );
});
process.on("disconnect", () => process.exit());

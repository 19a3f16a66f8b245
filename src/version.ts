import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { installed } from "./installed.js";

/** Of the package, as its file says. */
export function version(): string {
  return (JSON.parse(readFileSync(installed("package.json"), "utf8")) as { version: string }).version;
}

/** Other files of this program, or another Node, other build: what one build works out of facts, another may work out otherwise. */
export function build(): string {
  const hash = createHash("sha256").update(`${version()} ${process.version}`);
  const root = import.meta.dirname;
  for (const file of readdirSync(root, { recursive: true, encoding: "utf8" }).sort()) {
    if (!/\.[jt]s$/.test(file)) continue;
    const { size, mtimeMs } = statSync(path.join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

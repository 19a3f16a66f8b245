import { createRequire } from "node:module";

/** Of the package, as its file says. */
export function version(): string {
  return (createRequire(import.meta.url)("../package.json") as { version: string }).version;
}

import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { installed } from "../installed.js";

/** What `app.yml` asks GitHub for. */
export interface AppManifest {
  /** Name → level: `{ checks: "write" }`. */
  readonly default_permissions: Readonly<Record<string, string>>;
  readonly default_events: readonly string[];
  readonly [key: string]: unknown;
}

/** The manifest that comes with the package. */
export function appManifest(): AppManifest {
  return parse(readFileSync(installed("app.yml"), "utf8")) as AppManifest;
}

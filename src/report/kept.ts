import type { Config } from "../config/config.js";
import type { Report } from "./report.js";
import { shortened } from "./shortened.js";

/** Raised when a field changes its meaning: what an older version kept is then no longer shown. */
const VERSION = 2;

/** A report as it is kept for the pages that show it later, with the settings that it was judged by. */
export interface KeptReport extends Report {
  readonly kept: typeof VERSION;
  readonly settings: Pick<Config, "mode" | "path">;
}

/** The report as text, for the store: all of it, but for texts that are longer than a page shows. */
export function keepReport(report: Report, { mode, path }: KeptReport["settings"]): string {
  return JSON.stringify({ kept: VERSION, settings: { mode, path }, ...shortened(report) } satisfies KeptReport);
}

/** `null`: another version wrote it, or it is no report. */
export function keptReport(text: string): KeptReport | null {
  try {
    const value = JSON.parse(text) as Partial<KeptReport> | null;
    return value?.kept === VERSION ? (value as KeptReport) : null;
  } catch {
    return null;
  }
}

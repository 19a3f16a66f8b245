import { existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Report } from "../report/report.js";
import { wantsColor, type Terminal } from "./terminal.js";
import { version } from "../version.js";

export const FORMATS = ["text", "json", "sarif", "markdown", "github"] as const;
export type Format = (typeof FORMATS)[number];

export const GRAPH_FORMATS = ["json", "mermaid", "svg", "html"] as const;
export type GraphFormat = (typeof GRAPH_FORMATS)[number];

export const DOCTOR_FORMATS = ["text", "json"] as const;
export type DoctorFormat = (typeof DOCTOR_FORMATS)[number];

/** The shells that a script for completion is there for. */
export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof SHELLS)[number];

export interface RenderOptions {
  readonly format: Format;
  /** The report goes to a file. */
  readonly toFile: boolean;
  /** Lists what was there before as well. */
  readonly unchanged: boolean;
  /** The root of what was read, where it lies on this machine. */
  readonly directory: string;
}

/** Writes the report down in the form that was asked for; only that form's renderer is loaded. */
export async function render(report: Report, options: RenderOptions, terminal: Terminal): Promise<string> {
  const { unchanged } = options;
  switch (options.format) {
    case "json":
      return (await import("../report/json.js")).renderJson(report, { version: version() });
    case "sarif":
      return (await import("../report/sarif.js")).renderSarif(report, { version: version() });
    case "markdown":
      return (await import("../report/markdown.js")).renderMarkdown(report, { unchanged });
    case "github":
      return (await import("../report/github.js")).renderGithub(report);
    case "text": {
      const { renderText } = await import("../report/text.js");
      const columns = options.toFile ? undefined : terminal.out.columns;
      const color = !options.toFile && wantsColor(terminal);
      return renderText(report, {
        unchanged,
        color,
        ...(color && terminal.out.interactive ? { link: linkInto(options.directory) } : {}),
        ...(columns === undefined ? {} : { columns }),
      });
    }
  }
}

/** Addresses of files that are there: a commit may hold others, and a bare repository has none. */
function linkInto(directory: string): (file: string) => string | null {
  return (file) => {
    const place = path.join(directory, file);
    return existsSync(place) ? pathToFileURL(place).href : null;
  };
}

export type Health = "ok" | "warning" | "problem";

/** One thing that was looked at. Plain text; names from GitHub may be in it. */
export interface Remark {
  /** What it is about: `environment`, `app`, `webhook`, `installations`, or a repository's name. */
  readonly about: string;
  readonly health: Health;
  readonly text: string;
  /** What to do; `null` exactly where the health is `ok`. */
  readonly advice: string | null;
}

/** Remarks about one thing. */
export interface Remarks {
  ok(text: string): Remark;
  warning(text: string, advice: string): Remark;
  problem(text: string, advice: string): Remark;
}

export function remarksAbout(about: string): Remarks {
  return {
    ok: (text) => ({ about, health: "ok", text, advice: null }),
    warning: (text, advice) => ({ about, health: "warning", text, advice }),
    problem: (text, advice) => ({ about, health: "problem", text, advice }),
  };
}

/** `checks: write, contents: read`. */
export function listPermissions(permissions: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(permissions)
    .map(([name, level]) => `${name.replaceAll("_", " ")}: ${level}`)
    .join(", ");
}

const LEVELS: readonly (string | undefined)[] = ["read", "write", "admin"];

/** What is wanted and not granted, or not at that level. */
export function lacking(
  wanted: Readonly<Record<string, string>>,
  granted: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(wanted).filter(([name, level]) => LEVELS.indexOf(granted[name]) < LEVELS.indexOf(level)));
}

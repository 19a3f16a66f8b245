import type { Severity } from "./severity.js";

/** The settings of one review, complete: defaults filled in, `extends` and the organisation's file merged. */
export interface Config {
  readonly mode: "enforce" | "advise";
  readonly failOn: Severity | "never";
  /** By rule id. A rule that is not named has its defaults. */
  readonly rules: Readonly<Record<string, RuleSettings>>;
  /** Names to paths (globs or directories); what stands here always wins over inference. */
  readonly services: readonly { readonly name: string; readonly paths: readonly string[] }[];
  /** Globs of files that are not looked at. */
  readonly exclude: readonly string[];
  /** Globs of files that are looked at although the built-in exclusions say otherwise. */
  readonly include: readonly string[];
  readonly clients: readonly ClientSettings[];
  readonly waivers: readonly WaiverSettings[];
  /** Repositories (`owner/name`) that form one system with this one. */
  readonly systems: readonly string[];
  readonly comments: { readonly max: number };
  readonly inlineIgnores: "allow" | "deny";
  readonly sarif: boolean;
  readonly traces: { readonly artifact: string | null };
  /** Answers that no evidence in a repository can give, by checklist id. */
  readonly checklist: Readonly<Record<string, "pass" | "fail" | "not-applicable">>;
  /** Where it was read: for messages. `null`: no file, all defaults. */
  readonly path: string | null;
  /** Hash of the resolved settings, hex; part of the identity of a check run. */
  readonly hash: string;
}

/** The settings that decide which system the facts of a snapshot are; the others judge it, and say what is told of it. */
export type SystemSettings = Pick<Config, "services" | "clients">;

export interface RuleSettings {
  /** `null`: no setting of its own; its findings' severity decides. */
  readonly level: "off" | "observe" | "comment" | "block" | null;
  readonly options: Readonly<Record<string, number | string | boolean | readonly string[]>>;
}

/** A package or module whose functions call a service over the network. */
export interface ClientSettings {
  /** Package name or path glob of the module. */
  readonly module: string;
  /** The service that it calls; `null` where its arguments tell. */
  readonly service: string | null;
}

export interface WaiverSettings {
  readonly fingerprint: string | null;
  readonly rule: string | null;
  readonly subject: string | null;
  readonly reason: string;
  readonly owner: string | null;
  /** ISO date; the last day on which it holds. */
  readonly until: string | null;
  /** The settings file that it stands in, and the line. */
  readonly path: string;
  readonly line: number;
}

/** A problem in a settings file, as the author is told. */
export interface ConfigProblem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly advice: string;
}

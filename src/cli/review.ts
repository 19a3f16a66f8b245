import { SETTINGS_PATH } from "../config/settings.js";
import type { Config } from "../config/config.js";
import type { Report } from "../report/report.js";
import { outcomeOf } from "../report/words.js";
import { review, type ReviewContext } from "../review.js";
import type { History } from "../snapshot/history.js";
import type { Snapshot } from "../snapshot/snapshot.js";
import { EXIT, type ExitCode } from "./exit.js";
import { UsageError } from "./failure.js";
import { render, type Format } from "./formats.js";
import { deliver } from "./output.js";
import { withExtraction } from "./reading.js";
import {
  contentIn,
  listProblems,
  settingsFromContent,
  settingsFromFile,
  withOverrides,
  type FailOn,
  type LoadedSettings,
} from "./settings.js";
import type { Terminal } from "./terminal.js";
import { readTraceFiles } from "./traces.js";
import { openPair, openTree, resolveDirectory } from "./trees.js";

/** Options that every command which reports findings has. */
export interface ReportOptions {
  readonly config?: string;
  readonly format: Format;
  readonly output?: string;
  readonly failOn?: FailOn;
  readonly rules?: readonly string[];
  readonly cache: boolean;
  readonly quiet?: boolean;
  readonly traces?: string;
}

export interface ReviewOptions extends ReportOptions {
  readonly repo?: string;
  readonly base: string;
  readonly head?: string;
  readonly exactBase?: boolean;
  readonly baseTraces?: string;
}

export interface ScanOptions extends ReportOptions {
  readonly ref?: string;
}

/** `faultline review`: what a change makes worse. */
export async function reviewCommand(options: ReviewOptions, terminal: Terminal): Promise<ExitCode> {
  if (options.baseTraces !== undefined && options.traces === undefined) {
    throw new UsageError("--base-traces says what the traces of --traces are compared with.", "Give both, or --traces alone.");
  }
  const directory = resolveDirectory(terminal.directory, options.repo);
  const pair = await openPair(directory, { base: options.base, head: options.head, exactBase: options.exactBase === true });
  const settings =
    options.config === undefined ? settingsFromContent(pair.settings) : await settingsFromFile(terminal.directory, options.config);
  const proposed = options.config === undefined ? await proposedSettings(pair.base, pair.head) : null;
  return reportOn({ ...pair, directory, settings, proposed, unchanged: false, baseTraces: options.baseTraces }, options, terminal);
}

/** `faultline scan`: the debt of one tree, all of it there before. */
export async function scanCommand(of: string | undefined, options: ScanOptions, terminal: Terminal): Promise<ExitCode> {
  const directory = resolveDirectory(terminal.directory, of);
  const { snapshot, history } = await openTree(directory, options.ref);
  const settings =
    options.config === undefined
      ? settingsFromContent(await contentIn(snapshot, SETTINGS_PATH))
      : await settingsFromFile(terminal.directory, options.config);
  return reportOn(
    { directory, base: snapshot, head: snapshot, history, settings, proposed: null, unchanged: true, baseTraces: options.traces },
    options,
    terminal,
  );
}

interface Subject {
  readonly directory: string;
  readonly base: Snapshot;
  readonly head: Snapshot;
  history(): Promise<History | undefined>;
  readonly settings: LoadedSettings;
  /** The settings as they would be after the change, where it touches them. */
  readonly proposed: LoadedSettings | null;
  readonly unchanged: boolean;
  readonly baseTraces: string | undefined;
}

async function reportOn(subject: Subject, options: ReportOptions, terminal: Terminal): Promise<ExitCode> {
  const { settings, proposed } = subject;
  const overrides = { rules: options.rules ?? null, failOn: options.failOn ?? null };
  const config = withOverrides(settings.config, overrides);
  await warn(settings, options, terminal);
  const known = { today: terminal.today(), ...(await pastAndTraces(subject, config, options, terminal)) };
  const reviewed = (by: Config, context: ReviewContext, quiet: boolean): Promise<Report> =>
    withExtraction(terminal, { cache: options.cache, quiet }, (extraction) =>
      review(subject.base, subject.head, by, { ...known, ...context, extraction }),
    );
  const preview =
    proposed === null || proposed.problems.length > 0
      ? {}
      : { proposedVerdict: outcomeOf(await reviewed(withOverrides(proposed.config, overrides), {}, true)) };
  const report = await reviewed(
    config,
    { settingsProblems: settings.problems, proposedProblems: proposed?.problems ?? [], ...preview },
    options.quiet === true,
  );
  const text = await render(
    report,
    { format: options.format, toFile: options.output !== undefined, unchanged: subject.unchanged, directory: subject.directory },
    terminal,
  );
  await deliver(terminal, text, options.output);
  return exitCode(report, settings);
}

async function pastAndTraces(
  subject: Subject,
  config: Config,
  options: ReportOptions,
  terminal: Terminal,
): Promise<Pick<ReviewContext, "history" | "traces">> {
  const history = config.rules["lockstep-changes"]?.level === "off" ? undefined : await subject.history();
  const read = (named: string | undefined) => (named === undefined ? [] : readTraceFiles(terminal.directory, named));
  const traces = options.traces === undefined ? undefined : { base: await read(subject.baseTraces), head: await read(options.traces) };
  return { ...(history === undefined ? {} : { history }), ...(traces === undefined ? {} : { traces }) };
}

/** What the settings would be after the change, where it touches them. */
async function proposedSettings(base: Snapshot, head: Snapshot): Promise<LoadedSettings | null> {
  if (base.files.get(SETTINGS_PATH)?.blob === head.files.get(SETTINGS_PATH)?.blob) return null;
  return settingsFromContent(await contentIn(head, SETTINGS_PATH));
}

async function warn(settings: LoadedSettings, options: ReportOptions, terminal: Terminal): Promise<void> {
  if (settings.problems.length > 0)
    await terminal.err.write(
      `faultline: the settings are broken, so the defaults are used and nothing passes.\n${listProblems(settings.problems)}\n`,
    );
  if (settings.extends.length > 0 && options.quiet !== true) {
    await terminal.err.write(`faultline: the settings extend ${settings.extends.join(", ")}, which the command line does not read.\n`);
  }
}

function exitCode(report: Report, settings: LoadedSettings): ExitCode {
  if (settings.problems.length > 0) return EXIT.usage;
  return report.verdict === "fail" ? EXIT.fail : EXIT.pass;
}

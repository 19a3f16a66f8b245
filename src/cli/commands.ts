import { Argument, Command, InvalidArgumentError, Option } from "commander";
import type { DoctorOptions } from "./doctor.js";
import { EXIT, type ExitCode } from "./exit.js";
import { DOCTOR_FORMATS, FORMATS, GRAPH_FORMATS, SHELLS, type Shell } from "./formats.js";
import type { GraphOptions } from "./graph.js";
import type { ReviewOptions, ScanOptions } from "./review.js";
import type { Terminal } from "./terminal.js";
import { version } from "../version.js";

/** Where commander writes help, the version and its complaints. */
export interface Speech {
  out(text: string): void;
  err(text: string): void;
}

/** Parses the arguments and runs the command that they name. Each command's code is loaded when it runs. */
export async function commandLine(args: readonly string[], terminal: Terminal, say: Speech): Promise<ExitCode> {
  let code: ExitCode = EXIT.pass;
  const ends = (result: ExitCode): void => {
    code = result;
  };
  const program = new Command("faultline")
    .description(
      "Finds distributed-systems debt: databases that services share, chains of calls, writes and messages that can disagree, routes without timeouts. It compares two commits of a git repository and reports what the change makes worse.",
    )
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .configureOutput({
      writeOut: say.out,
      writeErr: say.err,
      getOutHelpWidth: () => terminal.out.columns ?? 80,
      getErrHelpWidth: () => terminal.err.columns ?? 80,
      outputError: (text, write) => write(text.replace(/^error: /, "faultline: ")),
    })
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError("(faultline --help shows what there is.)")
    .exitOverride();

  addReview(program, terminal, ends);
  addScan(program, terminal, ends);
  addGraph(program, terminal, ends);
  program
    .command("explain")
    .description("show what a rule finds, why it hurts and how to fix it; without RULE, list the rules")
    .argument("[rule]", "id of a rule, such as shared-database")
    .action(async (rule: string | undefined) => ends(await (await import("./explain.js")).explainCommand(rule, terminal)));
  program
    .command("config")
    .description("work with the settings file")
    .command("validate")
    .description("check a settings file: every problem with its place and advice")
    .argument("[file]", "the settings file (default: .github/faultline.yml)")
    .action(async (file: string | undefined) => ends(await (await import("./validate.js")).validateCommand(file, terminal)));
  addDoctor(program, terminal, ends);
  program
    .command("serve")
    .description("run the GitHub App; its settings come from the environment or from .env")
    .action(async () => ends(await (await import("./serve.js")).serveCommand(terminal)));

  program
    .command("completion")
    .description("print a script that completes faultline's commands in a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .action(async (shell: Shell) => ends(await (await import("./completion.js")).completionCommand(shell, terminal)));

  // What the scripts ask; its words are those of another command line.
  if (args[0] === "complete") {
    const words = args.slice(args[1] === "--" ? 2 : 1);
    return (await import("./completion.js")).completeCommand(program, words, terminal);
  }

  program.addHelpText("after", EXAMPLES);
  await program.parseAsync([...args], { from: "user" });
  return code;
}

const EXAMPLES = `
Examples:
  faultline review --base main                     what the working tree makes worse than main
  faultline review --base main --head my-branch    what a branch makes worse
  faultline scan                                   all debt of this repository
  faultline graph --format html --output shop.html the system as a page
  faultline explain shared-database                what a rule means

Exit codes: 0 pass, 1 the change must not pass, 2 the command or the settings need correction, 3 a bug in Faultline.`;

function addReview(program: Command, terminal: Terminal, ends: (code: ExitCode) => void): void {
  const command = program
    .command("review")
    .description("compare two commits and report what the change makes worse")
    .option("--repo <dir>", "a git repository, bare or not (default: where you are)")
    .requiredOption("--base <ref>", "where the change begins: compared is the merge base with it")
    .option("--head <ref>", "where the change ends (default: the working tree)")
    .option("--exact-base", "compare with --base itself instead of the merge base");
  addReportOptions(command)
    .option("--base-traces <dir>", "recorded traces of the base, compared with those of --traces")
    .addHelpText(
      "after",
      `
Settings are read from .github/faultline.yml of the base, so that a change cannot switch off its own check.

Examples:
  faultline review --base main
  faultline review --base origin/main --head HEAD --format github
  faultline review --repo ../shop.git --base v1.4 --head v1.5 --format markdown --output review.md`,
    )
    .action(async (options: ReviewOptions) => ends(await (await import("./review.js")).reviewCommand(options, terminal)));
}

function addScan(program: Command, terminal: Terminal, ends: (code: ExitCode) => void): void {
  const command = program
    .command("scan")
    .description("report all debt of one tree; none of it fails, since it was there before")
    .argument("[dir]", "a directory, inside a git repository or not (default: where you are)")
    .option("--ref <ref>", "a commit instead of the files on disk (default for a bare repository: HEAD)");
  addReportOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  faultline scan
  faultline scan ../shop --ref main --rules shared-database,missing-outbox
  faultline scan --format json --output debt.json`,
    )
    .action(async (directory: string | undefined, options: ScanOptions) =>
      ends(await (await import("./review.js")).scanCommand(directory, options, terminal)),
    );
}

function addGraph(program: Command, terminal: Terminal, ends: (code: ExitCode) => void): void {
  const command = program
    .command("graph")
    .description("show the system: its services, databases, channels and calls")
    .argument("[dir]", "a directory, inside a git repository or not (default: where you are)")
    .option("--ref <ref>", "a commit instead of the files on disk (default for a bare repository: HEAD)")
    .option("--base <ref>", "show also what the system was at the merge base with this commit")
    .option("--head <ref>", "with --base: the commit that is compared (default: the working tree)")
    .option("--exact-base", "with --base: that commit itself instead of the merge base")
    .addOption(new Option("--format <format>", "the form of the output").choices(GRAPH_FORMATS).default("json"));
  addCommonOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  faultline graph --format html --output shop.html
  faultline graph --base main --format mermaid`,
    )
    .action(async (directory: string | undefined, options: GraphOptions) =>
      ends(await (await import("./graph.js")).graphCommand(directory, options, terminal)),
    );
}

function addDoctor(program: Command, terminal: Terminal, ends: (code: ExitCode) => void): void {
  program
    .command("doctor")
    .description(
      "check the GitHub App: its settings, permissions, events, webhook and installations, and what to do where something is wrong",
    )
    .option(
      "--repo <owner/name>",
      "look at this repository as well, whether it is reviewed and the check required; may be repeated",
      (name: string, others: string[]) => [...others, name],
      [],
    )
    .addOption(new Option("--format <format>", "the form of the output").choices(DOCTOR_FORMATS).default("text"))
    .addHelpText(
      "after",
      `
It reads the settings that faultline serve reads, from the environment or .env, and changes nothing.
Exit codes: 0 no problem, 1 a problem, 2 the settings are not enough to ask GitHub.`,
    )
    .action(async (options: DoctorOptions) => ends(await (await import("./doctor.js")).doctorCommand(options, terminal)));
}

function addReportOptions(command: Command): Command {
  command
    .addOption(
      new Option("--format <format>", "the form of the report; github annotates lines in a workflow").choices(FORMATS).default("text"),
    )
    .addOption(
      new Option(
        "--fail-on <severity>",
        "the least severity of a new finding that gives exit code 1 (default: as in the settings, else error)",
      ).choices(["error", "warning", "info", "never"]),
    )
    .option("--rules <ids>", "run these rules alone, separated by commas", listOfIds)
    .option("--traces <dir>", "recorded traces (OTLP, Jaeger or Zipkin) that show calls as they happened");
  return addCommonOptions(command);
}

function addCommonOptions(command: Command): Command {
  return command
    .option("--config <file>", "settings from this file instead of those in the repository")
    .option("--output <file>", "write to this file instead of standard output")
    .option("--no-cache", "read every file anew, and keep nothing")
    .option("--quiet", "no progress and no hints");
}

function listOfIds(text: string): string[] {
  const ids = text
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
  if (ids.length === 0) throw new InvalidArgumentError("Give at least one rule; `faultline explain` lists them.");
  return ids;
}

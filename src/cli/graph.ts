import { changesOf } from "../compare/changes.js";
import { SETTINGS_PATH } from "../config/settings.js";
import { gatherFacts } from "../extraction/gather.js";
import { buildModel } from "../model/build.js";
import { renderSystemJson } from "../report/json.js";
import type { SystemSummary } from "../report/report.js";
import { summarize } from "../report/system.js";
import { diffSnapshots } from "../snapshot/diff.js";
import type { Snapshot } from "../snapshot/snapshot.js";
import { EXIT, type ExitCode } from "./exit.js";
import { UsageError } from "./failure.js";
import type { GraphFormat } from "./formats.js";
import { deliver } from "./output.js";
import { withExtraction } from "./reading.js";
import { contentIn, listProblems, settingsFromContent, settingsFromFile } from "./settings.js";
import type { Terminal } from "./terminal.js";
import { openPair, openTree, resolveDirectory } from "./trees.js";

export interface GraphOptions {
  readonly format: GraphFormat;
  readonly ref?: string;
  readonly base?: string;
  readonly head?: string;
  readonly exactBase?: boolean;
  readonly config?: string;
  readonly output?: string;
  readonly cache: boolean;
  readonly quiet?: boolean;
}

/** `faultline graph`: the system, or what it was before a change and what it is after. */
export async function graphCommand(directory: string | undefined, options: GraphOptions, terminal: Terminal): Promise<ExitCode> {
  const trees = await openTrees(resolveDirectory(terminal.directory, directory), options);
  const { config, problems } =
    options.config === undefined
      ? settingsFromContent(await contentIn(trees.base ?? trees.head, SETTINGS_PATH))
      : await settingsFromFile(terminal.directory, options.config);
  if (problems.length > 0)
    throw new UsageError(`The settings are broken.\n${listProblems(problems)}`, "Correct them, or give other settings with --config FILE.");

  const text = await withExtraction(terminal, { cache: options.cache, quiet: options.quiet === true }, async (extraction) => {
    const base = trees.base ?? trees.head;
    const [baseFacts, headFacts] = await gatherFacts([base, trees.head], config, extraction);
    const changes = changesOf(await diffSnapshots(base, trees.head));
    const head = summarize(buildModel(headFacts, config), "head", changes);
    return draw(options.format, head, trees.base === null ? null : summarize(buildModel(baseFacts, config), "base", changes));
  });
  await deliver(terminal, text, options.output);
  return EXIT.pass;
}

async function openTrees(directory: string, options: GraphOptions): Promise<{ readonly base: Snapshot | null; readonly head: Snapshot }> {
  const { base, head, ref } = options;
  if (base === undefined) {
    if (head !== undefined)
      throw new UsageError("--head says what --base is compared with.", "Give both; for one commit alone, give it with --ref.");
    return { base: null, head: (await openTree(directory, ref)).snapshot };
  }
  if (ref !== undefined) throw new UsageError("--ref is one commit, --base and --head are two.", "Give --ref alone, or --base and --head.");
  return openPair(directory, { base, head, exactBase: options.exactBase === true });
}

async function draw(format: GraphFormat, head: SystemSummary, base: SystemSummary | null): Promise<string> {
  switch (format) {
    case "json":
      return base === null ? renderSystemJson(head) : both(renderSystemJson(base), renderSystemJson(head));
    case "html":
      return (await import("../report/graph/html.js")).renderHtml(head, base);
    case "mermaid": {
      const [{ renderMermaid }, { drawPicture }] = await Promise.all([
        import("../report/graph/mermaid.js"),
        import("../report/graph/picture.js"),
      ]);
      return renderMermaid(drawPicture(head, base));
    }
    case "svg": {
      const [{ renderSvg }, { drawPicture }] = await Promise.all([import("../report/graph/svg.js"), import("../report/graph/picture.js")]);
      return renderSvg(drawPicture(head, base), base === null ? "The system" : "The system before and after");
    }
  }
}

function both(base: string, head: string): string {
  return `${JSON.stringify({ base: JSON.parse(base) as unknown, head: JSON.parse(head) as unknown }, null, 2)}\n`;
}

import { plainMessage, plainText } from "./escape.js";
import type { Report, ReportedFinding } from "./report.js";
import { counted, headline } from "./words.js";

/** GitHub shows ten annotations of each level for one step and drops the rest without a word. */
const MOST_OF_A_LEVEL = 10;

type Level = "error" | "warning" | "notice";

/** Workflow commands that annotate the lines that the pull request changed, for a run without the App. */
export function renderGithub(report: Report): string {
  const told = report.findings.filter(({ status, waiver }) => (status === "introduced" || status === "worsened") && waiver === null);
  const room = new Map<Level, number>([
    ["error", MOST_OF_A_LEVEL],
    ["warning", MOST_OF_A_LEVEL],
    ["notice", MOST_OF_A_LEVEL - 1],
  ]);
  const shown = told.filter((finding) => {
    const left = room.get(levelOf(finding)) ?? 0;
    room.set(levelOf(finding), left - 1);
    return finding.anchor !== null && left > 0;
  });
  const others = told.length - shown.length;
  return [
    ...shown.map(annotation),
    ...report.problems
      .slice(0, MOST_OF_A_LEVEL)
      .map(({ path, line, message, advice }) =>
        command("warning", { file: path, line, title: "Faultline settings" }, `${message}. ${advice}`),
      ),
    ...(others > 0
      ? [
          command(
            "notice",
            { title: "Faultline" },
            `${counted(others, "finding")} more, not shown on a line; --format text lists them all.`,
          ),
        ]
      : []),
    `Faultline: ${headline(report)} (${report.verdict})`,
    ...report.reasons.map((reason) => `  ${plainMessage(plainText(reason))}`),
    "",
  ].join("\n");
}

function levelOf({ blocking, severity }: ReportedFinding): Level {
  if (blocking) return "error";
  return severity === "info" ? "notice" : "warning";
}

function annotation(finding: ReportedFinding): string {
  const { path, side, startLine, endLine } = finding.anchor!;
  // Annotations stand on the head's lines: what was removed is told at the file alone.
  const lines = side === "head" ? { line: startLine, endLine } : {};
  const text = [finding.message, `Fix: ${finding.remedy}`, `(${finding.rule} ${finding.fingerprint.slice(0, 12)})`]
    .map(plainMessage)
    .join("\n");
  return command(levelOf(finding), { file: path, ...lines, title: plainMessage(finding.title) }, text);
}

function command(level: Level, properties: Readonly<Record<string, string | number>>, message: string): string {
  const listed = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${level} ${listed.join(",")}::${escapeData(message)}`;
}

/** A command ends with its line; a percent sign begins an escape. */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

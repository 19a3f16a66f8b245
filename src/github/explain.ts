import { createHash } from "node:crypto";
import { FINGERPRINT_PREFIX } from "../compare/fingerprint.js";
import { codeSpan, escapeMessage } from "../report/escape.js";
import { explainFinding, explainRule, LONGEST_EXPLANATION } from "../report/explanation.js";
import { keptReport, type KeptReport } from "../report/kept.js";
import type { ReportedFinding } from "../report/report.js";
import { shortFinding } from "../report/shortened.js";
import { ruleText } from "../rule-text.js";
import { rules } from "../rules/registry.js";
import type { Run } from "../store/store.js";
import { pagesOf } from "./addresses.js";
import { say, type Answer } from "./answers.js";
import type { AppParts } from "./app-parts.js";
import { isOpen } from "./publication.js";

/** Findings that the answer to the button tells in full. */
const MOST_IN_FULL = 5;

const BETWEEN = "\n\n---\n\n";

interface Told {
  readonly run: Run;
  readonly report: KeptReport;
}

/** The reports of these runs that are kept, in the order of the runs. */
function* reportsOf(runs: readonly Run[]): Generator<Told> {
  for (const run of runs) {
    const report = run.report === null ? null : keptReport(run.report);
    if (report !== null) yield { run, report };
  }
}

function newestOf(runs: readonly Run[]): Told | null {
  for (const told of reportsOf(runs)) return told;
  return null;
}

interface Found extends Told {
  readonly finding: ReportedFinding;
}

/** The newest report with a finding that begins like this. */
function newestWith(runs: readonly Run[], prefix: string): Found | null {
  if (!/^[0-9a-f]{4,64}$/.test(prefix)) return null;
  for (const told of reportsOf(runs)) {
    const finding = told.report.findings.find(({ fingerprint }) => fingerprint.startsWith(prefix));
    if (finding !== undefined) return { ...told, finding };
  }
  return null;
}

/** Explains rules and findings, by the beginning of their fingerprints, in one comment. Whoever asks for the same again finds it brought up to date. */
export async function explainSubjects(parts: AppParts, to: Omit<Answer, "key">, subjects: readonly string[]): Promise<void> {
  const runs = await parts.store.runs.ofPullRequest(to.repository, to.number);
  const newest = newestOf(runs);
  const texts: string[] = [];
  const names: string[] = [];
  for (const subject of new Set(subjects)) {
    const found = newestWith(runs, subject);
    names.push(found?.finding.fingerprint ?? subject);
    texts.push(found === null ? await ofRule(parts, newest, subject) : gone(found, newest) + (await inFull(parts, found, found.finding)));
  }
  const key = createHash("sha256").update(JSON.stringify(names.toSorted())).digest("hex").slice(0, 16);
  await say(parts, { ...to, key: `explain ${to.repository}#${to.number} ${key}` }, together(texts), { replace: true });
}

/** Explains what a check found, in one comment of the pull request. */
export async function explainCheck(parts: AppParts, to: Omit<Answer, "key">, sha: string): Promise<void> {
  const runs = await parts.store.runs.ofHead(to.repository, sha);
  const told = newestOf(runs.filter(({ number }) => number === to.number)) ?? newestOf(runs);
  const open = (told?.report.findings.filter(isOpen) ?? []).map(shortFinding);
  const texts = await Promise.all(open.slice(0, MOST_IN_FULL).map((finding) => inFull(parts, told!, finding)));
  const rest = open
    .slice(MOST_IN_FULL)
    .map(
      ({ title, fingerprint }) =>
        `- ${escapeMessage(title)}: ${codeSpan(`/faultline explain ${fingerprint.slice(0, FINGERPRINT_PREFIX)}`)}`,
    );
  const more =
    told === null || open.length === 0
      ? `${told === null ? "The report of this check is not kept any more." : "This check has nothing to explain."} To learn more about a rule, comment:\n\n\`\`\`\n/faultline explain <rule>\n\`\`\``
      : rest.length === 0
        ? ""
        : `There is more, and a comment tells of each:\n\n${rest.slice(0, 50).join("\n")}`;
  await say(
    parts,
    { ...to, key: `explain ${to.repository}#${to.number} check` },
    together([...texts, more].filter((text) => text !== "")),
    {
      replace: true,
    },
  );
}

/** As many of them as a comment holds. */
function together(texts: readonly string[]): string {
  const fitting: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    bytes += Buffer.byteLength(text) + BETWEEN.length;
    if (fitting.length > 0 && bytes > LONGEST_EXPLANATION)
      return [...fitting, "The rest does not fit here; ask for one at a time."].join(BETWEEN);
    fitting.push(text);
  }
  return fitting.join(BETWEEN);
}

/** What an older report alone has says so; nothing for the others. */
function gone({ run }: Found, newest: Told | null): string {
  if (newest === null || newest.run.head === run.head) return "";
  const [then, now] = [run.head, newest.run.head].map((head) => codeSpan(head.slice(0, 12)));
  return `**Settled**: not found any more at ${now}. What follows was so at ${then}.\n\n`;
}

async function inFull(parts: AppParts, { run, report }: Told, finding: ReportedFinding): Promise<string> {
  // A report may come from a version that had other rules.
  const rule = rules.find(({ id }) => id === finding.rule) ?? {
    id: finding.rule,
    title: finding.rule,
    summary: "",
    severity: finding.severity,
    checklist: [],
    options: {},
  };
  const options = { site: parts.site, repository: run.repository, ...pagesOf(parts, run) };
  return explainFinding(report, finding, { rule, page: await ruleText(rule) }, options);
}

async function ofRule(parts: AppParts, told: Told | null, subject: string): Promise<string> {
  const rule = rules.find(({ id }) => id === subject);
  if (rule !== undefined) return explainRule({ rule, page: await ruleText(rule) }, pagesOf(parts, null));
  const open = (told?.report.findings.filter(isOpen) ?? []).map(shortFinding);
  const known = open
    .slice(0, 20)
    .map(({ fingerprint, title }) => `- ${codeSpan(fingerprint.slice(0, FINGERPRINT_PREFIX))} ${escapeMessage(title)}`);
  return `There is neither a rule nor a finding ${codeSpan(subject)}. The rules are: ${rules.map(({ id }) => codeSpan(id)).join(", ")}.${
    known.length === 0 ? "" : `\n\nThe findings are:\n\n${known.join("\n")}`
  }`;
}

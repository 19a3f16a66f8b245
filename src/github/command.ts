/** A command in a comment, as it was written. */
export type Command =
  | { readonly kind: "accept"; readonly fingerprint: string; readonly reason: string; readonly until: string | null }
  | { readonly kind: "reopen"; readonly fingerprint: string }
  | { readonly kind: "explain"; readonly subject: string }
  | { readonly kind: "rerun" }
  | { readonly kind: "malformed"; readonly problem: string };

/** A comment with more commands is cut off: each costs requests. */
const MOST_COMMANDS = 20;

/** The commands of a comment: of every line that begins with `/faultline`. */
export function commandsIn(body: string): readonly Command[] {
  const lines = body
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => /^\/faultline(\s|$)/.test(line));
  return lines.slice(0, MOST_COMMANDS).map(parse);
}

const USAGE = {
  accept: "Write: `/faultline accept <fingerprint> <reason>`.",
  reopen: "Write: `/faultline reopen <fingerprint>`.",
  explain: "Write: `/faultline explain <fingerprint or rule>`.",
  any: "The commands are `accept`, `reopen`, `explain` and `rerun`.",
} as const;

function parse(line: string): Command {
  const [, verb = "", subject = "", ...rest] = line.split(/\s+/);
  switch (verb.toLowerCase()) {
    case "accept":
      return accept(subject, rest.join(" "));
    case "reopen":
      return isPrefix(subject) ? { kind: "reopen", fingerprint: plain(subject) } : malformed(`That is not a fingerprint. ${USAGE.reopen}`);
    case "explain":
      return subject === ""
        ? malformed(`The fingerprint or the rule is missing. ${USAGE.explain}`)
        : { kind: "explain", subject: plain(subject).slice(0, 100) };
    case "rerun":
      return { kind: "rerun" };
    default:
      return malformed(verb === "" ? `The command is missing. ${USAGE.any}` : `There is no such command. ${USAGE.any}`);
  }
}

function accept(fingerprint: string, text: string): Command {
  if (!isPrefix(fingerprint)) return malformed(`The fingerprint is missing, or is not one. ${USAGE.accept}`);
  const [, until = null] = /(?:^|\s)until=(\S+)/.exec(text) ?? [];
  const reason = text.replace(/(^|\s)until=\S+/, " ").trim();
  if (reason.replace(/[^\p{L}\p{N}]/gu, "") === "") return malformed(`The reason is missing. ${USAGE.accept}`);
  if (until !== null && !isDate(until)) return malformed("`until=` takes the last day on which it holds, such as `until=2027-01-31`.");
  return { kind: "accept", fingerprint: plain(fingerprint), reason: reason.slice(0, 500), until };
}

/** People copy fingerprints with their backticks. */
function plain(text: string): string {
  return text.replaceAll("`", "").toLowerCase();
}

function isPrefix(text: string): boolean {
  return /^[0-9a-f]{4,64}$/.test(plain(text));
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
}

function malformed(problem: string): Command {
  return { kind: "malformed", problem };
}

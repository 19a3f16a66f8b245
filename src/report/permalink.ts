import type { ComparedEvidence } from "../compare/comparison.js";
import type { Report } from "./report.js";

/** Where the repository is read in a browser. */
export interface Web {
  /** `https://github.com`, without a slash at the end. */
  readonly site: string;
  /** `owner/name`. */
  readonly repository: string;
}

/** The address of a place at the commit that was looked at; `null` where that is not known. */
export function permalink(
  web: Web,
  { base, head }: Pick<Report, "base" | "head">,
  evidence: Pick<ComparedEvidence, "repository" | "path" | "startLine" | "endLine" | "side">,
): string | null {
  const commit = evidence.side === "base" ? base : head;
  // Of another repository of the system only the name is known, not the commit.
  if (commit === null || evidence.repository !== undefined) return null;
  const path = wellFormed(evidence.path).split("/").map(encodeURIComponent).join("/");
  const { startLine, endLine } = evidence;
  return `${web.site}/${web.repository}/blob/${commit}/${path}#L${startLine}${endLine > startLine ? `-L${endLine}` : ""}`;
}

/** Half of a surrogate pair cannot be sent. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

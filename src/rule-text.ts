import { readFile } from "node:fs/promises";
import { installed } from "./installed.js";
import type { RuleMeta } from "./rules/rule.js";

/** The page of a rule as Markdown, from the documentation that comes with the package; what the rule says of itself where that is missing. */
export async function ruleText({ id, title, summary }: Pick<RuleMeta, "id" | "title" | "summary">): Promise<string> {
  try {
    return await readFile(installed(`docs/rules/${id}.md`), "utf8");
  } catch {
    return `# ${title} (\`${id}\`)\n\n${summary}\n`;
  }
}

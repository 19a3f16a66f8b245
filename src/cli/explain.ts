import { styleText } from "node:util";
import { rules } from "../rules/registry.js";
import { ruleText } from "../rule-text.js";
import { EXIT, type ExitCode } from "./exit.js";
import { unknownRule } from "./settings.js";
import { wantsColor, type Terminal } from "./terminal.js";

/** `faultline explain`: a rule's page, or the list of rules. */
export async function explainCommand(id: string | undefined, terminal: Terminal): Promise<ExitCode> {
  if (id === undefined) {
    await terminal.out.write(listOfRules());
    return EXIT.pass;
  }
  const rule = rules.find((each) => each.id === id);
  if (rule === undefined) throw unknownRule(id);
  const page = await ruleText(rule);
  await terminal.out.write(wantsColor(terminal) ? coloured(page) : page);
  return EXIT.pass;
}

function listOfRules(): string {
  const width = Math.max(...rules.map(({ id }) => id.length));
  const lines = rules.map(({ id, summary }) => `${id.padEnd(width)}  ${summary}`);
  return `${lines.join("\n")}\n\nfaultline explain RULE shows what a rule finds, why it hurts and how to fix it.\n`;
}

/** Headings stand out; the rest is Markdown that reads well as it is. */
function coloured(page: string): string {
  let inBlock = false;
  return page
    .split("\n")
    .map((line) => {
      if (line.startsWith("```")) inBlock = !inBlock;
      if (inBlock || line.startsWith("```")) return styleText("dim", line, { validateStream: false });
      return /^#+ /.test(line) ? styleText("bold", line, { validateStream: false }) : line;
    })
    .join("\n");
}

import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { rules } from "../rules/registry.js";

/** Adds `completion SHELL`, which prints a shell's script, and the hidden `complete` that the script asks. Both write to standard output themselves. */
export function addCompletion(program: Command): void {
  const completion = tab(program, { completionCommandName: "completion" });
  const rule = completion.commands.get("explain")?.arguments.get("rule");
  if (rule === undefined) return;
  rule.handler = (complete) => {
    for (const { id, summary } of rules) complete(id, summary);
  };
}

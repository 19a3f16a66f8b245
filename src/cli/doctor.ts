import { styleText } from "node:util";
import type { Health, Remark } from "../github/doctor/remark.js";
import { plainText } from "../report/escape.js";
import { envFile } from "./env-file.js";
import { EXIT, type ExitCode } from "./exit.js";
import { UsageError } from "./failure.js";
import type { DoctorFormat } from "./formats.js";
import { wantsColor, type Terminal } from "./terminal.js";

export interface DoctorOptions {
  readonly format: DoctorFormat;
  /** `owner/name`s. */
  readonly repo: readonly string[];
}

/** `faultline doctor`: what stands between an App and its reviews. A problem gives exit code 1, warnings alone do not. */
export async function doctorCommand({ format, repo }: DoctorOptions, terminal: Terminal): Promise<ExitCode> {
  const stranger = repo.find((name) => !/^[\w-]+\/(?!\.{1,2}$)[\w.-]+$/.test(name));
  if (stranger !== undefined) throw new UsageError(`${plainText(stranger)} names no repository.`, "Write --repo owner/name.");
  const { examine } = await import("../github/doctor/doctor.js");
  const { EnvironmentError } = await import("../github/environment.js");
  try {
    const remarks = await examine({
      variables: { ...(await envFile(terminal.directory)), ...terminal.environment },
      repositories: repo,
      now: new Date(),
    });
    await terminal.out.write(
      format === "json"
        ? `${JSON.stringify({ schemaVersion: 1, health: worst(remarks), remarks }, null, 2)}\n`
        : text(remarks, wantsColor(terminal)),
    );
    return worst(remarks) === "problem" ? EXIT.fail : EXIT.pass;
  } catch (error) {
    if (error instanceof EnvironmentError) throw new UsageError(error.message, error.advice);
    throw error;
  }
}

function worst(remarks: readonly Remark[]): Health {
  return (["problem", "warning"] as const).find((health) => remarks.some((remark) => remark.health === health)) ?? "ok";
}

const MARKS: Readonly<Record<Health, { readonly mark: string; readonly color: "green" | "yellow" | "red" }>> = {
  ok: { mark: "✓", color: "green" },
  warning: { mark: "!", color: "yellow" },
  problem: { mark: "✗", color: "red" },
};

function text(remarks: readonly Remark[], color: boolean): string {
  const painted = (name: "bold" | "green" | "yellow" | "red", words: string): string =>
    color ? styleText(name, words, { validateStream: false }) : words;
  const lines: string[] = [];
  let about = "";
  for (const remark of remarks) {
    if (remark.about !== about) lines.push(...(about === "" ? [] : [""]), painted("bold", plainText(remark.about)));
    about = remark.about;
    const { mark, color: shade } = MARKS[remark.health];
    lines.push(`  ${painted(shade, mark)} ${remark.health === "ok" ? "" : `${remark.health}: `}${plainText(remark.text)}`);
    if (remark.advice !== null) lines.push(`    → ${plainText(remark.advice)}`);
  }
  const count = (health: Health): number => remarks.filter((remark) => remark.health === health).length;
  const [problems, warnings] = [count("problem"), count("warning")];
  const sum =
    problems + warnings === 0
      ? "All is well."
      : `${problems === 1 ? "1 problem" : `${problems} problems`}, ${warnings === 1 ? "1 warning" : `${warnings} warnings`}.`;
  return `${[...lines, "", sum].join("\n")}\n`;
}

import { spawnSync } from "node:child_process";
import path from "node:path";
import { AnsiUp } from "ansi_up";
import { Markup, html } from "../../../src/pages/html.js";

const PROGRAM = path.resolve(import.meta.dirname, "../../../dist/cli.js");

const STYLE = `
html{background:#0d1117}body{margin:0;padding:0}
main{display:inline-block;background:#0d1117;color:#e6edf3;border-radius:10px;padding:14px 22px 20px}
.dots{display:flex;gap:8px;margin-bottom:12px}.dots span{width:12px;height:12px;border-radius:50%;background:#3d444d}
pre{margin:0;font-size:14px;line-height:1.5}.prompt{color:#56d364}
.ansi-red-fg{color:#ff8f88}.ansi-green-fg{color:#56d364}.ansi-yellow-fg{color:#e3b341}.ansi-blue-fg{color:#6cb0ff}`;

/** What a terminal shows of `faultline` in a repository, colours and all: of the findings the two that need no long introduction, and how it ends. */
export function terminalPage(directory: string, commandLine: readonly string[]): string {
  const { stdout } = spawnSync(process.execPath, [PROGRAM, ...commandLine, "--repo", directory, "--no-cache"], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: directory, FORCE_COLOR: "1" },
  });
  if (stdout === "") throw new Error(`faultline ${commandLine.join(" ")} printed nothing`);
  const sections = stdout.trimEnd().split("\n\n");
  const shown = [...sections.filter((section) => /n-plus-one-call|shared-database/.test(section)), "  ⋮", ...sections.slice(-3)];
  const colours = new AnsiUp();
  colours.use_classes = true;
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Terminal</title><style>${new Markup(STYLE)}</style></head>
<body><main><div class="dots" aria-hidden="true"><span></span><span></span><span></span></div><pre><span class="prompt">$</span> faultline ${commandLine.join(" ")}\n\n${new Markup(colours.ansi_to_html(shown.join("\n\n")))}</pre></main></body></html>`
    .text;
}

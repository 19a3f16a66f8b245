import { defaultConfig } from "../../src/config/settings.js";
import { review } from "../../src/review.js";
import { memorySnapshot } from "../../src/snapshot/memory.js";
import type { Repository } from "../github/stand-in/world.js";

/** The repositories of the proof: one gateway whose routes ask for authentication, or not. */
export type Route = "payments" | "refunds";

/** What one commit holds, as far as a verdict depends on it. */
export interface Content {
  /** Routes that let everybody in. */
  readonly open: readonly Route[];
  readonly settings: Settings;
}

export type Settings = "none" | "advise" | "broken";

export const SETTINGS: Readonly<Record<Settings, string | null>> = {
  none: null,
  advise: "mode: advise\n",
  broken: "mode: enforce\nfial-on: error\n",
};

const route = (name: string, guarded: boolean): string => `  - name: ${name}
    url: http://${name}:3000
    routes:
      - name: ${name}
        paths:
          - /api/${name}
${guarded ? "        plugins:\n          - name: jwt\n" : "        methods:\n          - POST\n"}`;

/** `gateway/kong.yaml` with these routes beside two that are guarded. */
export function kong(open: readonly Route[]): string {
  return `_format_version: "3.0"\n\nservices:\n${route("orders", true)}${route("customers", true)}${open.map((name) => route(name, false)).join("")}`;
}

const comments = new Map<string, Promise<number>>();

/** How many findings get a comment: an open route is more than one. */
export function commentsFor(base: Content, head: Content): Promise<number> {
  const key = `${base.open.join()} ${head.open.join()}`;
  const known = comments.get(key) ?? commented(kong(base.open), kong(head.open));
  comments.set(key, known);
  return known;
}

async function commented(base: string, head: string): Promise<number> {
  const { findings } = await review(
    memorySnapshot({ "gateway/kong.yaml": base }),
    memorySnapshot({ "gateway/kong.yaml": head }),
    defaultConfig(),
  );
  return findings.filter(({ shown }) => shown === "comment").length;
}

/** What is new in the head and lets everybody in. */
function introduced(base: Content, head: Content): readonly Route[] {
  return head.open.filter((name) => !base.open.includes(name));
}

/** The verdict that a pull request deserves under the settings of its base. */
export function conclusionOf(base: Content, head: Content, settings: Settings): string {
  if (settings === "broken") return "failure";
  if (introduced(base, head).length === 0) return "success";
  return settings === "advise" ? "neutral" : "failure";
}

/** What a commit holds. */
export async function contentAt({ git }: Repository, commit: string): Promise<Content> {
  const text = await git.run("show", `${commit}:gateway/kong.yaml`);
  const settings = await git.run("show", `${commit}:.github/faultline.yml`).catch(() => null);
  const known = Object.entries(SETTINGS).find(([, written]) => (written?.trim() ?? null) === settings);
  if (known === undefined) throw new Error(`settings that nobody wrote: ${settings}`);
  return { open: (["payments", "refunds"] as const).filter((name) => text.includes(`/api/${name}`)), settings: known[0] as Settings };
}

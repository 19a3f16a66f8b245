import { appManifest } from "../app-manifest.js";
import { lacking, listPermissions, remarksAbout, type Remark } from "./remark.js";

/** The App as GitHub has it. */
export interface RegisteredApp {
  readonly id: number;
  readonly name: string;
  /** Its public page. */
  readonly page: string;
  readonly permissions: Readonly<Record<string, string | undefined>>;
  readonly events: readonly string[];
  /** GitHub's clock; `null` where it did not say. */
  readonly date: string | null;
}

/** Without these there is no review; without others something is left out. */
const NEEDED: ReadonlySet<string> = new Set(["checks", "contents", "pull_requests", "metadata"]);

/** What is lost without the others. */
const LOST: Readonly<Record<string, string>> = {
  issues: "commands in comments are not heard",
  actions: "traces from workflow artifacts are not read",
  security_events: "nothing is uploaded to code scanning",
  merge_queues: "merge groups are not judged, and a merge queue that waits for the check waits for ever",
};

/** A token is taken within a minute of GitHub's clock. */
const MOST_SECONDS_APART = 30;

/** Compares what the App may do and hears with what `app.yml` asks for. */
export function appRemarks({ id, name, page, permissions, events, date }: RegisteredApp, now: Date): readonly Remark[] {
  const { ok, warning, problem } = remarksAbout("app");
  const manifest = appManifest();
  const remarks = [ok(`GitHub knows the App as "${name}" (${page}, id ${id}).`)];
  const where = 'Add it on the App\'s page under "Permissions & events"; every owner of an installation has to accept it then.';

  const missing = lacking(manifest.default_permissions, permissions);
  for (const [permission, level] of Object.entries(missing)) {
    const wanted = listPermissions({ [permission]: level });
    remarks.push(
      NEEDED.has(permission)
        ? problem(`The App lacks the permission ${wanted}: it cannot review.`, where)
        : warning(`The App lacks the permission ${wanted}: ${LOST[permission] ?? "something is left out"}.`, where),
    );
  }
  const extra = Object.entries(permissions).filter(
    ([permission, level]) =>
      level !== undefined && lacking({ [permission]: level }, manifest.default_permissions)[permission] !== undefined,
  );
  if (extra.length > 0)
    remarks.push(
      warning(
        `The App has permissions that it does not use (${listPermissions(Object.fromEntries(extra))}).`,
        'Take them away on the App\'s page under "Permissions & events".',
      ),
    );
  if (Object.keys(missing).length === 0) remarks.push(ok("It has the permissions that app.yml asks for."));

  const unheard = manifest.default_events.filter((event) => !events.includes(event));
  for (const event of unheard) {
    const text = `The App is not subscribed to ${event}.`;
    const advice = `Tick "${event.replaceAll("_", " ")}" on the App's page under "Permissions & events".`;
    remarks.push(
      event === "merge_group" ? warning(`${text} A merge queue that waits for the check waits for ever.`, advice) : problem(text, advice),
    );
  }
  if (unheard.length === 0) remarks.push(ok("It hears all events that app.yml names."));

  const seconds = date === null ? Number.NaN : Math.abs(Date.parse(date) - now.getTime()) / 1_000;
  if (seconds > MOST_SECONDS_APART)
    remarks.push(
      warning(
        `This machine's clock is ${Math.round(seconds)} seconds away from GitHub's.`,
        "Set it by the network (NTP): GitHub refuses tokens from another time.",
      ),
    );
  return remarks;
}

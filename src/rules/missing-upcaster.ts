import type { SystemModel } from "../model/model.js";
import type { StoredEvent, StoredVersion } from "../model/stored-events.js";
import type { Clearance, Finding, Judgement, StateRule } from "./rule.js";
import { code, listOf } from "./words.js";

export const missingUpcaster: StateRule = {
  about: "state",
  id: "missing-upcaster",
  title: "Missing upcaster",
  summary: "Finds stored events of an older version that nothing can read any more.",
  severity: "error",
  checklist: ["upcasters"],
  options: {},
  check,
};

/** An older version of an event, in every service that stores it. */
interface Older {
  readonly name: string;
  readonly version: number;
  readonly in: readonly { readonly event: StoredEvent; readonly at: StoredVersion }[];
}

function check({ storedEvents }: SystemModel): Judgement {
  const older = olderVersions(storedEvents);
  const isMissing = ({ at }: Older["in"][number]): boolean => at.upcast.length === 0 && at.missed.length > 0;
  return {
    findings: older.flatMap((one) => (one.in.some(isMissing) ? [describe({ ...one, in: one.in.filter(isMissing) })] : [])),
    cleared: older.filter((one) => !one.in.some(isMissing)).map(clear),
  };
}

function olderVersions(events: readonly StoredEvent[]): readonly Older[] {
  const found = new Map<string, Older>();
  for (const event of events) {
    for (const at of event.versions.slice(0, -1)) {
      const key = JSON.stringify([event.name, at.version]);
      found.set(key, { name: event.name, version: at.version, in: [...(found.get(key)?.in ?? []), { event, at }] });
    }
  }
  return [...found.values()];
}

function subjectOf({ name, version }: Older): readonly string[] {
  return [`event:${name}`, `version:${version}`];
}

function clear(older: Older): Clearance {
  const evidence = older.in.flatMap(({ at }) => [...at.upcast, ...at.handled, ...at.declared]);
  return { rule: missingUpcaster.id, subject: subjectOf(older), discriminator: "", evidence };
}

function describe(older: Older): Finding {
  const { name, version } = older;
  const newest = Math.max(...older.in.map(({ event }) => event.versions.at(-1)!.version));
  const services = [...new Set(older.in.map(({ event }) => event.service))].sort();
  const only = services.length === 1;
  return {
    rule: missingUpcaster.id,
    subject: subjectOf(older),
    discriminator: "",
    severity: "error",
    confidence: older.in.some(({ event, at }) => event.confidence === "high" && at.inCode && !at.knownElsewhere) ? "high" : "medium",
    members: [],
    measure: null,
    services,
    title: `Stored ${name} of version ${version} cannot be read any more`,
    message:
      `${listOf(services.map(code))} ${only ? "stores" : "store"} ${code(name)} and ${only ? "reads" : "read"} it again, and the code that reads it knows version ${newest} only: nothing turns version ${version} into it. ` +
      "Events of the old version stay in the store for ever; replaying them skips them or fails, and what is rebuilt from them is wrong.",
    remedy:
      `Write an upcaster that turns version ${version} of ${code(name)} into version ${version + 1} with a default for every new field, and run it where events are read, ` +
      "so that the rest of the code sees the newest version alone. Test it with an event as it was stored.",
    evidence: older.in.flatMap(({ event, at }) => [...at.missed, ...event.versions.at(-1)!.declared, ...at.declared, event.store]),
    suggestion: null,
    bodyHash: null,
  };
}

import type { SnapshotFacts } from "../facts/facts.js";
import type { CodeFunction } from "../model/code.js";
import type { SystemModel } from "../model/model.js";

/** Whether a system has what a line of the checklist speaks of; `pass` and `fail` where that alone decides it. */
export type Subject = "present" | "absent" | "pass" | "fail" | "unknown";

/** What a side's files say, beside the model that was made of them. */
export type SideFacts = Pick<SnapshotFacts, "files" | "paths">;

type Question = (model: SystemModel, facts: SideFacts) => Subject;

const when =
  (present: (model: SystemModel) => boolean): Question =>
  (model) =>
    present(model) ? "present" : "absent";

const callsServices = when(({ code }) => code.calls.some((call) => call.to.kind === "service"));
const changesStateInTwoPlaces = when(({ code }) => code.functions.some(changesTwoPlaces));
const consumes = when(
  ({ channels, code }) =>
    channels.some((channel) => channel.consumers.length > 0) ||
    code.functions.some((one) => one.entries.some((entry) => entry.kind === "consumer")),
);

/** By id of the checklist's line. */
export const subjects: Readonly<Record<string, Question>> = {
  "data-ownership": when(({ databases }) => databases.some((database) => database.role === "record" && database.uses.length > 0)),
  "independent-deployment": when(({ deployUnits }) => deployUnits.length > 0),
  "failure-isolation": callsServices,
  "no-shared-business-logic": when(({ services }) => services.length > 1),
  "async-communication": callsServices,
  "batch-apis": callsServices,
  timeouts: when(({ code, mesh }) => code.calls.some((call) => call.to.kind !== "unresolved") || mesh.routes.some((route) => route.routes)),
  "circuit-breakers": when(({ code, mesh }) => mesh.destinations.length > 0 || code.calls.some((call) => call.to.kind === "service")),
  idempotency: consumes,
  sagas: changesStateInTwoPlaces,
  outbox: when(({ code }) => code.functions.some((one) => has(one, "outbox-add") || (has(one, "publish") && has(one, "db-write")))),
  compensations: changesStateInTwoPlaces,
  "eventual-consistency": () => "unknown",
  "event-versions": when(({ events }) => events.length > 0),
  upcasters: when(({ storedEvents }) => storedEvents.length > 0),
  "dead-letters": deadLettersOf,
  "schema-registry": schemaRegistry,
};

/** Messages that have nowhere to go when they fail may have been thought of elsewhere: nothing here says so. */
function deadLettersOf({ channels, deadLetters }: SystemModel): Subject {
  if (deadLetters.length === 0) return channels.length > 0 ? "unknown" : "absent";
  return deadLetters.some(({ handled, undecided }) => handled.length === 0 && undecided !== null) ? "unknown" : "present";
}

/** Events that cross services, and neither a registry nor a contract file for any of them. */
function schemaRegistry({ events, schemaRegistries }: SystemModel, facts: SideFacts): Subject {
  if (events.length === 0) return "absent";
  if (schemaRegistries.length > 0 || events.some(({ contracts }) => contracts.length > 0)) return "pass";
  const crossing = events.filter(({ publishers, consumers }) =>
    consumers.some((consumer) => publishers.some((publisher) => publisher !== consumer)),
  );
  if (crossing.length === 0) return "unknown";
  return holdsSchemas(facts) ? "pass" : "fail";
}

const SCHEMA_FILE = /(^|\/)asyncapi[^/]*\.(ya?ml|json)$|\.(avsc|avdl|avpr)$/i;
const SCHEMA_LIBRARY = /^avsc$|^avro|asyncapi/i;

/** Schemas that could not be joined with an event: kept in code, or in files that were not read. */
function holdsSchemas({ files, paths }: SideFacts): boolean {
  const libraries = files.flatMap((file) => file.facts.flatMap((fact) => (fact.kind === "package" ? Object.keys(fact.dependencies) : [])));
  return libraries.some((name) => SCHEMA_LIBRARY.test(name)) || [...paths].some((path) => SCHEMA_FILE.test(path));
}

/** Services that the function tells to change something, and its own database. */
function changesTwoPlaces(one: CodeFunction): boolean {
  let first = has(one, "db-write") ? "" : null;
  for (const { kind, mutating, target } of one.effects) {
    if (kind !== "call" || mutating === false || target === null || target === first) continue;
    if (first !== null) return true;
    first = target;
  }
  return false;
}

function has(one: CodeFunction, kind: CodeFunction["effects"][number]["kind"]): boolean {
  return one.effects.some((effect) => effect.kind === kind);
}

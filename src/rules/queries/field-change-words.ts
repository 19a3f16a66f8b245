import type { ContractFormat } from "../../facts/contract.js";
import type { Severity } from "../../config/severity.js";
import { code, listOf } from "../words.js";
import type { FieldChange } from "./event-shape.js";

/** What a change is called in the title of a finding. */
export const TITLE: Record<FieldChange["kind"], (change: FieldChange) => string> = {
  removed: ({ field }) => `${field} is gone`,
  retired: ({ field }) => `${field} is gone`,
  renamed: ({ field, after }) => `${field} is now called ${after}`,
  wrapped: ({ before, after }) => `${listOf(before.split(", "))} moved into ${after}`,
  retyped: ({ field, before, after }) => `${field} was ${before} and is ${after}`,
  narrowed: ({ field, before, after }) => `${field} allowed ${before} and allows only ${after}`,
  required: ({ field }) => `${field} was optional and is required`,
  "not-nullable": ({ field }) => `${field} may no longer be null`,
  "value-removed": ({ field, before }) => `${field} no longer has ${before}`,
  "value-added": ({ field, after }) => `${field} may now be ${after}`,
  "number-reused": ({ field, after }) => `the number of ${field} now means ${after}`,
  added: ({ field }) => `${field} is new and has no default`,
};

/** A sentence that says it; `kept` completes it with what became of the version. */
export const CAUSE: Record<FieldChange["kind"], (change: FieldChange, event: string, kept: string) => string> = {
  removed: ({ field }, event, kept) => `${event} no longer carries ${code(field)}, and ${kept}.`,
  retired: ({ field }, event) =>
    `${event} no longer carries ${code(field)}. Its number is reserved, so that no other field can be taken for it, and readers that still ask for it get its default without being told.`,
  renamed: ({ field, after }, event, kept) => `${event} carries ${code(after)} where it carried ${code(field)}, and ${kept}.`,
  wrapped: ({ before, after }, event, kept) =>
    `${event} carries ${listOf(before.split(", ").map(code))} inside of ${code(after)} now, and ${kept}.`,
  retyped: ({ field, before, after }, event, kept) =>
    `In ${event}, ${code(field)} changes from ${code(before)} to ${code(after)}${kept.startsWith("has") ? " without a new version" : `, and ${kept}`}.`,
  narrowed: ({ field, before, after }, event) =>
    `In ${event}, ${code(field)} is narrowed from ${code(before)} to ${code(after)}: what was valid no longer is.`,
  required: ({ field }, event) => `In ${event}, ${code(field)} was optional and is now required: messages without it are no longer valid.`,
  "not-nullable": ({ field }, event) =>
    `In ${event}, ${code(field)} could be null and no longer can: messages with null are no longer valid.`,
  "value-removed": ({ field, before }, event) =>
    `In ${event}, ${code(field)} loses the value ${code(before)}, which stored messages have and consumers wait for.`,
  "value-added": ({ field, after }, event) =>
    `In ${event}, ${code(field)} gains the value ${code(after)}, which a consumer that handles every value does not know.`,
  "number-reused": ({ field, after }, event) =>
    `In ${event}, the number that stood for ${code(field)} now stands for ${code(after)}: readers of the old schema take the one for the other.`,
  added: ({ field }, event) =>
    `${event} has the new field ${code(field)} without a default: whoever reads with the new schema cannot read messages that were written before it.`,
};

/** How bad it is where nothing else makes it less. */
export function severityOf({ kind, before, head }: FieldChange): Severity {
  if (kind === "value-added" || kind === "retired") return "warning";
  return kind === "number-reused" && head?.type === before ? "warning" : "error";
}

/** What to do in the terms of the format; `version` is the next one. */
export function remedyOf(change: FieldChange, format: ContractFormat | null, version: string): string {
  const beside = `Publish the new shape as a version of its own beside the old (${versionIn(format, version)}), and let consumers move before the old one goes`;
  const { field, head } = change;
  if (change.kind === "added")
    return `Give ${code(field)} a default: older messages are then read with it. ${beside} where no default makes sense.`;
  if (change.kind === "number-reused")
    return `Give ${code(change.after)} a number that was never used, and put the old number and name under \`reserved\`.`;
  if (change.kind === "removed" && format === "protobuf")
    return `Keep ${code(field)} until nobody reads it, and then put its number and name under \`reserved\`. Or: ${lowered(beside)}.`;
  if (change.kind === "value-added")
    return `Let consumers take a value that they do not know for a default${format === "avro" ? " (`default` of the enum)" : ""} before the first message with ${code(change.after)} is sent. ${beside} where they cannot.`;
  if (change.kind === "retired") return `Make sure that nobody reads ${code(field)} any more before this is released.`;
  if (change.kind === "renamed" && format === "avro")
    return `Keep the name, or give ${code(head?.path ?? change.after)} the alias ${code(lastName(field))} and the old field a default first, so that either side can read the other. Or: ${lowered(beside)}.`;
  if (change.kind === "wrapped")
    return `${beside}; or put what is new beside ${listOf(change.before.split(", ").map(code))} and leave ${change.before.includes(",") ? "these where they were" : "it where it was"}. Where events are stored, an upcaster puts old ones into ${code(field)} on reading.`;
  return `${beside}; or keep ${code(field)} as it was and add what is new as an optional field. Where events are stored, an upcaster turns old ones into new ones on reading.`;
}

function versionIn(format: ContractFormat | null, version: string): string {
  switch (format) {
    case "avro":
      return `a namespace or subject that ends in \`v${version}\``;
    case "protobuf":
      return `a package that ends in \`v${version}\``;
    case "asyncapi":
      return `a message and an address that end in \`v${version}\``;
    default:
      return `\`version: ${version}\``;
  }
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

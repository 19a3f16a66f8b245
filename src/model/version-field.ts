import type { EventField } from "./event-field.js";

/** Fields that say which version of its shape a message has. */
export const VERSION_FIELD =
  /^(version|schemaVersion|schema_version|eventVersion|event_version|specVersion|dataVersion|dataschema|schemaId|apiVersion|v)$/;

/** A version as two parts of a topic or an address: `shop.1.0.orders.placed`, `shop/2/1/orders`. */
export const VERSION_PARTS = /(?<=[a-z])([./])(\d{1,2})\1\d{1,2}(?=$|\1[a-z{$*])/i;

/** The version that a message's own fields state: its value where that is fixed, else that there is one; `null` without. */
export function versionField(fields: readonly EventField[]): string | null {
  const field = fields.find(({ path }) => VERSION_FIELD.test(path.split(".").at(-1) ?? ""));
  if (field === undefined) return null;
  return /^(?:"[^"|]*"|\d+)$/.test(field.type) ? field.type.replaceAll('"', "") : "stated";
}

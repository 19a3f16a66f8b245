import { wordsOf } from "../identity.js";
import { VERSION_PARTS } from "../version-field.js";

/** `v2` or `v1beta3` as a word of its own: at the end of a name, or between the parts of a namespace, a topic, a path. */
const VERSION = /(?:^|[._:/-]|(?<=[a-z]))v(\d+(?:(?:alpha|beta|p\d+(?:alpha|beta))\d*)?)(?=$|[._:/-]|Event|Message)/i;
/** As addresses of schemas spell them: `/1-0-2`, `/1.0.0`. */
const ADDRESS_VERSION = /[/_-](\d+)[.-]\d+[.-]\d+(?=$|[/.#])/;

/** The version that one of the texts names, the first first. */
export function namedVersion(texts: readonly string[]): string | null {
  for (const text of texts) {
    const found = VERSION.exec(text)?.[1] ?? ADDRESS_VERSION.exec(text)?.[1] ?? VERSION_PARTS.exec(text)?.[2];
    if (found !== undefined) return found;
  }
  return null;
}

/** The name without the version that stands in it: `shop.orders.v2.OrderPlaced` and `OrderPlacedV2` say the same. */
export function withoutVersion(name: string): string {
  return name
    .replace(VERSION, "")
    .replace(VERSION_PARTS, "")
    .replace(/^[._:/-]+|[._:/-]+$/g, "");
}

const DECORATION = new Set(["event", "events", "message", "payload", "value", "schema", "avro", "proto", "dto"]);

/** Equal for all spellings of an event's name: `OrderPlaced`, `order.placed.v1`, `order-placed-event`. */
export function eventKey(name: string): string {
  const words = [...wordsOf(withoutVersion(name))];
  while (words.length > 1 && DECORATION.has(words.at(-1)!)) words.pop();
  return words.join("-");
}

const IRREGULAR = new Set([
  "sent",
  "paid",
  "lost",
  "sold",
  "begun",
  "built",
  "made",
  "won",
  "bought",
  "held",
  "taken",
  "withdrawn",
  "given",
  "chosen",
  "written",
  "done",
  "left",
  "set",
  "met",
  "run",
  "put",
]);
/** End as if something had happened. */
const NOUNS = new Set([
  "feed",
  "speed",
  "seed",
  "need",
  "embed",
  "breed",
  "shed",
  "detailed",
  "extended",
  "nested",
  "related",
  "required",
  "unsigned",
  "signed",
  "typed",
  "linked",
  "paged",
  "based",
  "id",
]);

/** A name that says that something happened: `OrderPlaced`, `payment-failed`, `StockEvent`. */
export function soundsLikeEvent(name: string): boolean {
  const words = wordsOf(withoutVersion(name));
  const last = words.at(-1) ?? "";
  if (words.length < 2) return false;
  return last === "event" || IRREGULAR.has(last) || (/[a-z]{2}ed$/.test(last) && !NOUNS.has(last));
}

/** The last part of a full name. */
export function simpleName(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

import type { Denotation } from "../code/denotation.js";
import { literalOf, valuesAt, type LibraryCall } from "./values.js";

/** The literal text at a place of a call; an HTTP verb also from an enum of a library. */
export function literalText(at: string, call: LibraryCall): string | null {
  const values = valuesAt(at, call);
  for (const value of values) {
    const text = literalOf(value);
    if (text !== null) return text;
    // `axios.request({ method: HttpMethod.POST })`, `Method.POST` of an enum of a library.
    if (value.kind === "library" || value.kind === "unknown") {
      const word = /([A-Za-z]+)$/.exec(value.kind === "library" ? value.path.path : value.text)?.[1]?.toUpperCase();
      if (word !== undefined && /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$/.test(word)) return word;
    }
  }
  return null;
}

/** A text, also as the template of a tag: gql`…`, sql`…`. */
export function taggedText(value: Denotation, call: LibraryCall): string | null {
  if (value.kind === "text") return value.parts.map((part) => (part.kind === "literal" ? part.text : " ? ")).join("");
  if (value.kind === "choice") return value.options.map((option) => taggedText(option, call)).find((text) => text !== null) ?? null;
  if (value.kind !== "library") return null;
  const last = value.path.calls.at(-1);
  const [first] = last?.args ?? [];
  return last === undefined || first === undefined ? null : taggedText(call.program.denote(first, last.scope, last.place), call);
}

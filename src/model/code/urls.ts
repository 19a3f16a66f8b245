import type { Denotation, DenotationOf, TextPart } from "./denotation.js";
import { literal, literalOf, textual, unknown, withoutTrailingSlash, type Parts } from "./text.js";

/** `new URL(path, base)`: an absolute path replaces the base's own, a whole URL replaces all of it. */
export function resolveUrl(path: Parts, base: Parts): Parts {
  const [first] = path;
  if (first === undefined) return base;
  if (first.kind === "literal" && /^[a-z][a-z\d+.-]*:\/\//i.test(first.text)) return path;
  if (first.kind === "environment") return path;
  const rooted = first.kind === "literal" && first.text.startsWith("/");
  const kept = withoutTrailingSlash(rooted ? originOf(base) : base);
  if (kept.length === 0 || rooted) return [...kept, ...path];
  return [...kept, { kind: "literal", text: "/" }, ...path];
}

/** What stands before the path of a URL: everything before the first slash that is not of `://`. */
function originOf(parts: Parts): Parts {
  const kept: TextPart[] = [];
  for (const part of parts) {
    if (part.kind !== "literal") {
      kept.push(part);
      continue;
    }
    const scheme = part.text.indexOf("://");
    const slash = part.text.indexOf("/", scheme < 0 ? 0 : scheme + 3);
    if (slash < 0) {
      kept.push(part);
      continue;
    }
    kept.push({ kind: "literal", text: part.text.slice(0, slash) });
    break;
  }
  return kept;
}

/**
 * `url.hostname` of a URL: `null` for what is no part of one. Of a URL that a variable holds the host is the whole of it up to
 * its path, since only its value says where the host ends.
 */
export function partOfUrl(value: DenotationOf<"text">, property: string): Denotation | null {
  if (property === "href" || property === "origin") return value;
  const text = literalOf(value);
  if (text !== null && /^[a-z][a-z\d+.-]*:\/\//i.test(text)) return partOfLiteral(text, property);
  switch (property) {
    case "host":
    case "hostname":
      return textual(originOf(value.parts), value.trail);
    case "pathname":
      return textual(pathOf(value.parts), value.trail);
    case "search":
    case "hash":
      return literal("");
    case "protocol":
    case "port":
      return unknown();
    default:
      return null;
  }
}

function partOfLiteral(text: string, property: string): Denotation | null {
  if (!/^(?:host|hostname|pathname|search|hash|protocol|port)$/.test(property) || !URL.canParse(text)) return null;
  return literal(new URL(text)[property as "host"]);
}

/** What comes after the host. */
function pathOf(parts: Parts): Parts {
  const before = originOf(parts);
  const last = before.at(-1);
  const cut = parts[before.length - 1];
  if (last?.kind === "literal" && cut?.kind === "literal" && cut.text.length > last.text.length)
    return [{ kind: "literal", text: cut.text.slice(last.text.length) }, ...parts.slice(before.length)];
  return parts.slice(before.length);
}

import type { ProtoFact } from "./configuration.js";
import type { Extraction, Extractor, SourceText, Unreadable } from "./facts.js";
import { LineIndex } from "./json.js";
import { afterBlock, tokenize, type Token } from "./proto-tokens.js";

/** A protobuf file: the services that it declares. */
export const proto: Extractor = {
  id: "proto",
  version: 1,
  accepts: (path) => path.endsWith(".proto"),
  extract: readProto,
};

function readProto(source: SourceText): Extraction {
  const text = source.text.replace(/^\uFEFF/, " ");
  const index = new LineIndex(text);
  const tokens = tokenize(text);
  const services: ProtoFact["services"][number][] = [];
  const imports: string[] = [];
  const unreadable: Unreadable[] = [];
  let name: string | null = null;
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at]!;
    const next = tokens[at + 1];
    if (token.text === "package" && next !== undefined) {
      name ??= next.text;
      at += 2;
    } else if (token.text === "import") {
      const path = tokens.slice(at + 1, at + 3).find((candidate) => /^["']/.test(candidate.text));
      imports.push(...(path === undefined ? [] : [path.text.slice(1, -1)]));
      at += 2;
    } else if (token.text === "service" && next !== undefined && tokens[at + 2]?.text === "{") {
      const body = readService(tokens, at + 3);
      if (!body.closed) {
        unreadable.push({ line: index.at(token.offset), reason: "a service without its closing brace" });
      }
      const end = tokens[body.next - 1] ?? token;
      services.push({ name: next.text, methods: body.methods, lines: index.span(token.offset, end.offset + 1) });
      at = body.next;
    } else if (token.text === "{") {
      at = afterBlock(tokens, at + 1);
    } else {
      at += 1;
    }
  }
  const isEmpty =
    services.length === 0 &&
    imports.length === 0 &&
    name === null &&
    !tokens.some((token) => token.text === "message" || token.text === "enum");
  const lines = { startLine: 1, endLine: index.at(Math.max(0, text.length - 1)) };
  return { facts: isEmpty ? [] : [{ kind: "proto", lines, package: name, services, imports }], unreadable };
}

/** The methods up to the brace that closes the service; options in braces are stepped over. */
function readService(tokens: readonly Token[], start: number): { methods: string[]; next: number; closed: boolean } {
  const methods: string[] = [];
  let at = start;
  while (at < tokens.length) {
    const token = tokens[at]!;
    if (token.text === "}") {
      return { methods, next: at + 1, closed: true };
    }
    const method = tokens[at + 1];
    if (token.text === "rpc" && method !== undefined) {
      methods.push(method.text);
      at += 2;
    } else if (token.text === "{") {
      at = afterBlock(tokens, at + 1);
    } else {
      at += 1;
    }
  }
  return { methods, next: at, closed: false };
}

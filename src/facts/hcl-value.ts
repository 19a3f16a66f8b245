import { linesOf, type SyntaxNode } from "./hcl-parser.js";
import { readJson } from "./json.js";
import { isNull, type YamlEntry, type YamlNode, type YamlScalar } from "./yaml-node.js";

const MOST_DEPTH = 60;
/** Longer expressions are no names or addresses. */
const MOST_TEXT = 20_000;

type Reader = (node: SyntaxNode, depth: number) => YamlNode;

/** By the kind of expression. Those that are not here are computed. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["string_lit", (node) => scalar(node, templateText(node, unescaped), true)],
  ["quoted_template", (node) => scalar(node, templateText(node, unescaped), true)],
  [
    "heredoc_template",
    (node) =>
      scalar(
        node,
        templateText(node, (text) => text),
        true,
      ),
  ],
  ["numeric_lit", (node) => scalar(node, node.text, false)],
  ["bool_lit", (node) => scalar(node, node.text, false)],
  ["null_lit", (node) => scalar(node, "", false)],
  ["variable_expr", (node) => reference(node, node.text)],
  [
    "tuple",
    (node, depth) =>
      sequence(
        node,
        named(node)
          .filter(isExpression)
          .map((item) => hclValue(item, depth + 1)),
      ),
  ],
  [
    "object",
    (node, depth) =>
      map(
        node,
        named(node).flatMap((element) => objectElement(element, depth) ?? []),
      ),
  ],
  ["for_object_expr", forObject],
  ["function_call", called],
  ["conditional", conditional],
]);

/** Kinds that only hold another expression. */
const WRAPPERS = new Set(["expression", "literal_value", "collection_value", "template_expr", "for_expr"]);

/** What an expression says, as far as it stands there. What is computed is a scalar with its source in `${…}`. */
export function hclValue(node: SyntaxNode, depth = 0): YamlNode {
  if (depth > MOST_DEPTH) return opaque(node);
  const read = readers.get(node.type);
  if (read !== undefined) return read(node, depth);
  const [only, ...others] = named(node);
  if (only === undefined) return opaque(node);
  if (WRAPPERS.has(node.type)) return others.length === 0 ? hclValue(only, depth + 1) : chain(node, depth);
  return others.length === 0 && isExpression(only) ? hclValue(only, depth + 1) : opaque(node);
}

function named(node: SyntaxNode): readonly SyntaxNode[] {
  return node.namedChildren.flatMap((child) => (child === null || child.type === "comment" ? [] : child));
}

function isExpression({ type }: SyntaxNode): boolean {
  return type === "expression";
}

/** `aws_sqs_queue.orders[0].arn`; indexes and splats say which of several, which is not told apart here. */
function chain(node: SyntaxNode, depth: number): YamlNode {
  const [head, ...steps] = named(node);
  if (head?.type !== "variable_expr") {
    return head?.type === "function_call" ? hclValue(head, depth + 1) : opaque(node);
  }
  const names = steps.flatMap((step) =>
    step.type === "get_attr"
      ? step.text.replace(/^\.\s*/, "")
      : step.type === "index"
        ? keyOf(step)
        : step.type === "splat"
          ? splatNames(step)
          : [],
  );
  return reference(node, [head.text, ...names].join("."));
}

/** `local.queues["orders"]` is a name like `local.queues.orders`. */
function keyOf(step: SyntaxNode): readonly string[] {
  const key = /^\[\s*"([\w-]{1,100})"\s*\]$/.exec(step.text);
  return key === null ? [] : [key[1]!];
}

function splatNames(step: SyntaxNode): readonly string[] {
  return step.text.length > 200 ? [] : [...step.text.matchAll(/\.(\w+)/g)].map(([, name]) => name!);
}

function reference(node: SyntaxNode, name: string): YamlScalar {
  return scalar(node, `\${${name}}`, false);
}

function opaque(node: SyntaxNode): YamlScalar {
  return reference(node, node.text.slice(0, MOST_TEXT).replace(/\s+/g, " ").replace(/[{}$]/g, ""));
}

function scalar(node: SyntaxNode, text: string, quoted: boolean): YamlScalar {
  return { kind: "scalar", text, quoted, literal: false, tag: null, templated: false, lines: linesOf(node) };
}

function sequence(node: SyntaxNode, items: readonly YamlNode[]): YamlNode {
  return { kind: "sequence", items, flow: true, tag: null, lines: linesOf(node) };
}

function map(node: SyntaxNode, all: readonly YamlEntry[]): YamlNode {
  const byKey = new Map(all.map((entry) => [entry.key, entry]));
  return { kind: "map", entries: [...byKey.values()], byKey, flow: true, tag: null, lines: linesOf(node) };
}

function objectElement(element: SyntaxNode, depth: number): YamlEntry | null {
  const [key, value] = element.type === "object_elem" ? named(element) : [];
  if (key === undefined || value === undefined) return null;
  const name = hclValue(key, depth + 1);
  if (name.kind !== "scalar") return null;
  const lines = linesOf(element);
  // A bare word is a key and no reference.
  const bare = /^\$\{([\w-]+)\}$/.exec(name.text);
  return { key: !name.quoted && bare !== null ? bare[1]! : name.text, keyLine: lines.startLine, value: hclValue(value, depth + 1), lines };
}

/** `{ for name, value in { … } : name => value if value != null }` keeps what it is given. */
function forObject(node: SyntaxNode, depth: number): YamlNode {
  const over = named(node).find(({ type }) => type === "for_intro");
  const given = over === undefined ? undefined : named(over).find(isExpression);
  const value = given === undefined ? undefined : hclValue(given, depth + 1);
  return value?.kind === "map" ? value : opaque(node);
}

/** Functions that hand on what they are given. */
const SAME = new Set([
  "tostring",
  "tolist",
  "toset",
  "tomap",
  "nonsensitive",
  "sensitive",
  "one",
  "element",
  "try",
  "coalesce",
  "compact",
  "distinct",
  "flatten",
  "trimspace",
]);

function called(node: SyntaxNode, depth: number): YamlNode {
  const [name, list] = named(node);
  const args = list === undefined ? [] : named(list).filter(isExpression);
  const values = (): readonly YamlNode[] => args.map((arg) => hclValue(arg, depth + 1));
  const [first] = args;
  if (name === undefined || first === undefined) return opaque(node);
  if (name.text === "jsonencode") return hclValue(first, depth + 1);
  if (SAME.has(name.text)) return hclValue(first, depth + 1);
  if (name.text === "jsondecode") return written(hclValue(first, depth + 1));
  if (name.text === "merge")
    return map(
      node,
      values().flatMap((value) => (value.kind === "map" ? value.entries : [])),
    );
  if (name.text === "concat")
    return sequence(
      node,
      values().flatMap((value) => (value.kind === "sequence" ? value.items : [])),
    );
  return opaque(node);
}

/** A branch that gives nothing is for when the thing is not wanted. */
function conditional(node: SyntaxNode, depth: number): YamlNode {
  const [, yes, no] = named(node);
  if (yes === undefined || no === undefined) return opaque(node);
  const [one, other] = [hclValue(yes, depth + 1), hclValue(no, depth + 1)];
  if (isEmpty(one)) return other;
  return isEmpty(other) || one.kind !== "scalar" ? one : opaque(node);
}

function isEmpty(value: YamlNode): boolean {
  return value.kind === "scalar"
    ? isNull(value) || value.text === ""
    : value.kind === "map"
      ? value.entries.length === 0
      : value.items.length === 0;
}

/** JSON that stands in a string: policies were written so before there was `jsonencode`. */
export function written(node: YamlNode): YamlNode {
  if (node.kind !== "scalar" || !/^\s*[{[]/.test(node.text)) return node;
  const { root } = readJson({ path: "", text: node.text });
  return root === null ? node : within(root, node.lines);
}

/** The same tree, every part on the lines that the string has. */
function within(node: YamlNode, lines: YamlNode["lines"]): YamlNode {
  if (node.kind === "scalar") return { ...node, lines };
  if (node.kind === "sequence") return { ...node, lines, items: node.items.map((item) => within(item, lines)) };
  const entries = node.entries.map((entry): YamlEntry => ({
    ...entry,
    keyLine: lines.startLine,
    lines,
    value: within(entry.value, lines),
  }));
  return { ...node, lines, entries, byKey: new Map(entries.map((entry) => [entry.key, entry])) };
}

function templateText(node: SyntaxNode, literal: (text: string) => string): string {
  let text = "";
  for (const part of named(node)) {
    if (text.length > MOST_TEXT) break;
    if (part.type === "template_literal") text += literal(part.text);
    else if (part.type === "template_interpolation") text += interpolated(part);
    else if (part.type === "template_directive") text += "${}";
  }
  return text;
}

function interpolated(part: SyntaxNode): string {
  const inner = named(part).find(isExpression);
  const value = inner === undefined ? undefined : hclValue(inner, MOST_DEPTH - 10);
  return value?.kind === "scalar" ? value.text : "${}";
}

function unescaped(text: string): string {
  return text
    .replace(/\\(n|r|t|"|\\)/g, (_, escape: string) => ({ n: "\n", r: "\r", t: "\t" })[escape] ?? escape)
    .replace(/\$\$\{/g, "$ {");
}

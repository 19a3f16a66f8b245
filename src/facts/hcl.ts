import { linesOf, withSyntax, type SyntaxNode } from "./hcl-parser.js";
import { hclValue } from "./hcl-value.js";
import type { SourceText, Unreadable } from "./facts.js";
import type { Lines } from "./place.js";
import type { YamlEntry, YamlNode } from "./yaml-node.js";

/**
 * The body of a file or block of HCL. Values are trees as YAML gives them: what a reference means stands as in a template,
 * `aws_sqs_queue.orders[0].arn` as `${aws_sqs_queue.orders.arn}`.
 */
export interface HclBody {
  readonly attributes: ReadonlyMap<string, YamlEntry>;
  readonly blocks: readonly HclBlock[];
}

export interface HclBlock {
  readonly type: string;
  readonly labels: readonly string[];
  readonly body: HclBody;
  readonly lines: Lines;
}

export interface HclFile {
  readonly body: HclBody;
  readonly problems: readonly Unreadable[];
}

const EMPTY: HclBody = { attributes: new Map(), blocks: [] };
const MAX_CHARACTERS = 400_000;
const MOST_DEPTH = 60;

/** Reads a file. Total: of what is broken the first place is named, and the rest is read. The parser must be loaded. */
export function readHcl(source: SourceText): HclFile {
  if (source.text.length > MAX_CHARACTERS) return { body: EMPTY, problems: [{ line: 1, reason: "larger than Terraform is read here" }] };
  // Line ends are one character each, a byte order mark a space: offsets mean nothing here, lines do.
  const text = source.text.replace(/^\uFEFF/, " ").replace(/\r\n?/g, "\n");
  return withSyntax(text, (root) => {
    const body = root.namedChildren.find((child) => child?.type === "body");
    const broken = root.hasError ? firstError(root) : null;
    const problems =
      broken === null
        ? []
        : [{ line: Math.min(broken, text.split("\n").length), reason: "not valid Terraform from here on; what was understood is used" }];
    return { body: body == null ? EMPTY : bodyOf(body, 0), problems };
  });
}

function bodyOf(node: SyntaxNode, depth: number): HclBody {
  const attributes = new Map<string, YamlEntry>();
  const blocks: HclBlock[] = [];
  if (depth > MOST_DEPTH) return EMPTY;
  for (const child of node.namedChildren) {
    if (child?.type === "attribute") {
      const entry = attributeOf(child);
      if (entry !== null) attributes.set(entry.key, entry);
    } else if (child?.type === "block") {
      blocks.push(blockOf(child, depth));
    }
  }
  return { attributes, blocks };
}

function attributeOf(node: SyntaxNode): YamlEntry | null {
  const [name, value] = node.namedChildren;
  if (name == null || value == null || name.type !== "identifier") return null;
  const lines = linesOf(node);
  return { key: name.text, keyLine: lines.startLine, value: hclValue(value), lines };
}

/** `dynamic "environment" { content { … } }` makes blocks of that type. */
function blockOf(node: SyntaxNode, depth: number): HclBlock {
  const children = node.namedChildren.flatMap((child) => child ?? []);
  const type = children[0]?.text ?? "";
  const labels = children
    .slice(1)
    .flatMap((child) => (child.type === "string_lit" ? child.text.replace(/^"|"$/g, "") : child.type === "identifier" ? child.text : []));
  const inner = children.find((child) => child.type === "body");
  const body = inner === undefined ? EMPTY : bodyOf(inner, depth + 1);
  const content = type === "dynamic" ? body.blocks.find((block) => block.type === "content") : undefined;
  return content === undefined
    ? { type, labels, body, lines: linesOf(node) }
    : { type: labels[0] ?? "", labels: [], body: content.body, lines: linesOf(node) };
}

function firstError(root: SyntaxNode): number {
  let node = root;
  for (let depth = 0; depth < MOST_DEPTH; depth += 1) {
    const next = node.children.find((child) => child !== null && (child.isError || child.isMissing || child.hasError));
    if (next == null) break;
    node = next;
    if (node.isError || node.isMissing) break;
  }
  return node.startPosition.row + 1;
}

/** The value of an attribute, of the body or of a block in it: `attribute(body, "dead_letter_config", "target_arn")`. */
export function attribute(body: HclBody, ...path: readonly string[]): YamlNode | undefined {
  return attributeEntry(body, ...path)?.value;
}

/** The same with its lines. */
export function attributeEntry(body: HclBody, ...path: readonly string[]): YamlEntry | undefined {
  const [name = "", ...rest] = path;
  if (rest.length === 0) return body.attributes.get(name);
  for (const block of body.blocks) {
    const found = block.type === name ? attributeEntry(block.body, ...rest) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Every block of a type in a body, however deep. */
export function blocksOf(body: HclBody, type: string): readonly HclBlock[] {
  return body.blocks.flatMap((block) => [...(block.type === type ? [block] : []), ...blocksOf(block.body, type)]);
}

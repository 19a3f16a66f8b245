import type { PrismaFact } from "./configuration.js";
import type { Extraction, Extractor, SourceText, Unreadable } from "./facts.js";
import type { Lines } from "./place.js";

/** A Prisma schema: where its database is, which tables it knows, where its client goes. */
export const prisma: Extractor = {
  id: "prisma",
  version: 2,
  accepts: (path) => path.endsWith(".prisma"),
  extract: readPrisma,
};

interface Block {
  readonly keyword: string;
  readonly name: string;
  /** The lines between the braces, without comments, with their numbers. */
  readonly body: readonly { readonly text: string; readonly line: number }[];
  readonly lines: Lines;
}

function readPrisma(source: SourceText): Extraction {
  const lines = source.text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const { blocks, unreadable } = readBlocks(lines);
  const datasource = blocks.find((block) => block.keyword === "datasource");
  const client = blocks.find((block) => block.keyword === "generator" && text(block, "provider")?.startsWith("prisma-client") === true);
  const models = blocks.filter((block) => block.keyword === "model").map(model);
  if (datasource === undefined && client === undefined && models.length === 0) {
    return { facts: [], unreadable };
  }
  const fact: PrismaFact = {
    kind: "prisma",
    lines: { startLine: 1, endLine: lines.length },
    provider: datasource === undefined ? "" : (text(datasource, "provider") ?? ""),
    url: datasource === undefined ? null : urlOf(datasource),
    output: client === undefined ? null : text(client, "output"),
    models,
  };
  return { facts: [fact], unreadable };
}

function readBlocks(lines: readonly string[]): { blocks: Block[]; unreadable: Unreadable[] } {
  const blocks: Block[] = [];
  let open: { keyword: string; name: string; body: { text: string; line: number }[]; line: number } | null = null;
  for (const [index, written] of lines.entries()) {
    const line = withoutComment(written);
    if (open === null) {
      const start = /^\s*(datasource|generator|model|view|type|enum)\s+(\w+)\s*\{(.*)$/.exec(line);
      if (start === null) {
        continue;
      }
      open = { keyword: start[1]!, name: start[2]!, body: [], line: index + 1 };
      if (!start[3]!.trimEnd().endsWith("}")) {
        continue;
      }
    }
    if (line.trim() === "}" || open.line === index + 1) {
      blocks.push({ keyword: open.keyword, name: open.name, body: open.body, lines: { startLine: open.line, endLine: index + 1 } });
      open = null;
    } else {
      open.body.push({ text: line, line: index + 1 });
    }
  }
  return { blocks, unreadable: open === null ? [] : [{ line: open.line, reason: "a block without its closing brace" }] };
}

/** `//` inside a string is part of a URL. */
function withoutComment(line: string): string {
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === "\\") {
      at += 1;
    } else if (line[at] === '"') {
      quoted = !quoted;
    } else if (!quoted && line.startsWith("//", at)) {
      return line.slice(0, at);
    }
  }
  return line;
}

function setting(block: Block, key: string): string | null {
  for (const { text: line } of block.body) {
    const match = /^\s*(\w+)\s*=(.*)$/.exec(line);
    if (match?.[1] === key) {
      return match[2]!.trim();
    }
  }
  return null;
}

function text(block: Block, key: string): string | null {
  return /^"([^"]*)"/.exec(setting(block, key) ?? "")?.[1] ?? null;
}

function urlOf(block: Block): PrismaFact["url"] {
  const env = /^env\(\s*"([^"]+)"\s*\)/.exec(setting(block, "url") ?? "")?.[1];
  if (env !== undefined) {
    return { env };
  }
  const literal = text(block, "url");
  return literal === null ? null : { literal };
}

function model(block: Block): PrismaFact["models"][number] {
  let table = block.name;
  let schema: string | null = null;
  for (const { text: line } of block.body) {
    const attribute = /^\s*@@(map|schema)\(\s*(?:name\s*:\s*)?"([^"]+)"/.exec(line);
    if (attribute?.[1] === "map") {
      table = attribute[2]!;
    } else if (attribute?.[1] === "schema") {
      schema = attribute[2]!;
    }
  }
  return { name: block.name, table, schema, unique: uniqueOf(block), lines: block.lines };
}

/** Columns, one or several together, that the database or the writer's own key keeps apart; without ids that it makes itself. */
function uniqueOf(block: Block): readonly (readonly string[])[] {
  return block.body.flatMap(({ text: line }): (readonly string[])[] => {
    const several = /^\s*@@(?:unique|id)\(\s*(?:fields\s*:\s*)?\[([^\]]*)\]/.exec(line)?.[1];
    if (several !== undefined) return [several.split(",").map((name) => name.trim())];
    const [, column] = /^\s*(\w+)\s/.exec(line) ?? [];
    if (column === undefined) return [];
    return /\s@unique\b/.test(line) || (/\s@id\b/.test(line) && !/@default\(/.test(line)) ? [[column]] : [];
  });
}

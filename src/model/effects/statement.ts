/** The little that must be known of a statement in SQL or Cypher: its verb and its tables or labels. */

const WRITE_VERBS = new Set(["insert", "update", "delete", "merge", "replace", "upsert", "truncate", "copy", "call"]);

export function isWriteVerb(verb: string): boolean {
  return WRITE_VERBS.has(verb);
}

/** The first verb after comments and common table expressions, lower case. */
export function firstVerb(sql: string): string | null {
  const text = withoutComments(sql);
  if (isCypher(text)) return cypherVerb(text);
  const word = /^[\s(;]*([a-z]+)/i.exec(text)?.[1]?.toLowerCase() ?? null;
  if (word !== "with") return word;
  // A write inside a CTE writes too.
  const write = /\(\s*(insert|update|delete|merge)\b/i.exec(text)?.[1];
  if (write !== undefined) return write.toLowerCase();
  return /\)\s*(select|insert|update|delete|merge)\b/i.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** Tables that the statement names, lower case, without schema and quotes; bounded. */
export function tablesOf(sql: string): readonly string[] {
  const text = withoutComments(sql).slice(0, 20_000);
  if (isCypher(text)) return labelsOf(text);
  const tables = new Set<string>();
  for (const match of text.matchAll(/\b(?:into|update|from|join|table)\s+(?:only\s+)?["'`[]?(?:\w+["'`\]]?\.["'`[]?)?(\w+)/gi)) {
    const name = match[1]?.toLowerCase();
    if (name !== undefined && name !== "select" && name !== "set") tables.add(name);
    if (tables.size >= 20) break;
  }
  return [...tables];
}

/** `MATCH (o:Order) …`, `CREATE (o:Order { id: $id })`: nodes stand in parentheses. */
function isCypher(text: string): boolean {
  return /^\s*(?:(?:optional\s+)?match|unwind|foreach|(?:create|merge)\s*(?:\w+\s*=\s*)?\()/i.test(text);
}

/** What it does in the words of SQL. A `MERGE` finds what is there. */
function cypherVerb(text: string): string {
  const [written = ""] = /\b(?:create|merge|set|delete|remove)\b/i.exec(text.replace(/'[^']*'|"[^"]*"/g, "''")) ?? [];
  switch (written.toLowerCase()) {
    case "":
      return "select";
    case "create":
      return "insert";
    case "merge":
      return "merge";
    case "delete":
      return "delete";
    default:
      return "update";
  }
}

function labelsOf(text: string): readonly string[] {
  const labels = new Set<string>();
  for (const [, label] of text.matchAll(/\(\s*\w*\s*:\s*`?(\w+)/g)) if (labels.size < 20) labels.add(label!);
  return [...labels];
}

function withoutComments(sql: string): string {
  return sql.replace(/--[^\n]*/g, " ").replace(/\/\*[\s\S]*?\*\//g, " ");
}

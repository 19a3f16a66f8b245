/** The little that must be known of an SQL statement: its verb and its tables. */

const WRITE_VERBS = new Set(["insert", "update", "delete", "merge", "replace", "upsert", "truncate", "copy", "call"]);

export function isWriteVerb(verb: string): boolean {
  return WRITE_VERBS.has(verb);
}

/** The first verb after comments and common table expressions, lower case. */
export function firstVerb(sql: string): string | null {
  const text = withoutComments(sql);
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
  const tables = new Set<string>();
  for (const match of text.matchAll(/\b(?:into|update|from|join|table)\s+(?:only\s+)?["'`[]?(?:\w+["'`\]]?\.["'`[]?)?(\w+)/gi)) {
    const name = match[1]?.toLowerCase();
    if (name !== undefined && name !== "select" && name !== "set") tables.add(name);
    if (tables.size >= 20) break;
  }
  return [...tables];
}

function withoutComments(sql: string): string {
  return sql.replace(/--[^\n]*/g, " ").replace(/\/\*[\s\S]*?\*\//g, " ");
}

/** A row by column. Numbers that may exceed 2^31 come as text from one engine and as numbers from the other. */
export type Row = Record<string, unknown>;

export interface Queries {
  /** One statement with its parameters, or several statements without. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/** The one interface of both engines. */
export interface Database extends Queries {
  readonly engine: "pglite" | "postgres";
  /**
   * Commits when `work` resolves and rolls back when it rejects. Inside, use the argument alone: the embedded engine has
   * one connection, so that a query on the database itself would wait for the transaction, and the transaction for it.
   */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Text as both engines can store it: they accept neither the character NUL nor half a surrogate pair. */
export function storable(text: string): string {
  return text.replaceAll("\0", "").replace(/\p{Surrogate}/gu, "\uFFFD");
}

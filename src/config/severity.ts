export type Severity = "error" | "warning" | "info";

/** From the gravest to the least. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

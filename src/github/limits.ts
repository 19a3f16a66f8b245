import { statusOf } from "./refusal.js";

/** Where GitHub names a limit and no time. */
const WAIT = 60_000;

/** A limit of GitHub is over at this time; `null` for every other error. */
export function limitEnds(error: unknown, now: Date): Date | null {
  const { response, errors } = error as { response?: { headers?: Record<string, unknown> }; errors?: readonly { type?: unknown }[] };
  const headers = response?.headers ?? (error as { headers?: Record<string, unknown> }).headers ?? {};
  const status = statusOf(error);
  const ofQuery = Array.isArray(errors) && errors.some((each) => (each as { type?: unknown }).type === "RATE_LIMITED");
  const said = error instanceof Error && /rate limit|abuse detection/i.test(error.message);
  const empty = headers["x-ratelimit-remaining"] === "0";
  const refused = status === 403 || status === 429;
  if (!ofQuery && !(refused && (status === 429 || headers["retry-after"] !== undefined || empty || said))) return null;

  const after = Number(headers["retry-after"]);
  if (Number.isFinite(after) && after >= 0) return new Date(now.getTime() + Math.max(1, after) * 1_000);
  const reset = Number(headers["x-ratelimit-reset"]);
  if (empty && Number.isFinite(reset)) return new Date(Math.max(now.getTime() + 1_000, reset * 1_000 + 1_000));
  return new Date(now.getTime() + WAIT);
}

/** The HTTP status with which GitHub refused a request; `null` for an error of another kind. */
export function statusOf(error: unknown): number | null {
  const status = typeof error === "object" && error !== null && "status" in error ? error.status : null;
  return typeof status === "number" ? status : null;
}

/** GitHub will not take this request in this form, ever: it is too long, or not allowed. A limit that passes is no refusal. */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  return status === 422 || status === 404 || status === 410 || (status === 403 && !isRateLimit(error));
}

/** `true` where asking again later will help. */
function isRateLimit(error: unknown): boolean {
  const headers = headersOf(error);
  if (headers["retry-after"] !== undefined || headers["x-ratelimit-remaining"] === "0") return true;
  return error instanceof Error && /rate limit|abuse/i.test(error.message);
}

function headersOf(error: unknown): Readonly<Record<string, unknown>> {
  const { response } = error as { response?: { headers?: Record<string, unknown> } };
  return response?.headers ?? {};
}

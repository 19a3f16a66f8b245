import type { MeshRoute } from "../../model/mesh.js";
import type { Finding } from "../rule.js";
import { code, listOf } from "../words.js";
import { fieldEvidence, routeText, routeTitle, unknownFieldsText, type TimeoutState } from "./mesh-routes.js";

/** A secondary finding on a route, without what all findings on it share. */
export type Misfit = Pick<
  Finding,
  "discriminator" | "severity" | "confidence" | "title" | "message" | "remedy" | "evidence" | "suggestion"
>;

type Retries = NonNullable<MeshRoute["retries"]>;

/** What tells a finding on missing retries from the others on its route. */
export const RETRIES = "retries";

/** What is wrong with a route besides its timeout: retries that cannot fit, that repeat what must not be, misspelt fields. */
export function misfits(route: MeshRoute, timeout: TimeoutState): readonly Misfit[] {
  if (route.resource !== "VirtualService" || route.templated) return [];
  const fields = timeout === "set" ? misspelt(route) : [];
  if (route.retries === null) return route.streaming ? fields : [...fields, withoutRetries(route)];
  return [...fields, ...tooManyRetries(route, route.retries), ...repeatsWrites(route, route.retries)];
}

function withoutRetries(route: MeshRoute): Misfit {
  return {
    discriminator: RETRIES,
    severity: "info",
    confidence: "high",
    title: `${routeTitle(route)} leaves retries to the default`,
    message: `${routeText(route)} has no \`retries\`. The mesh then tries twice without a limit for each attempt, so that one attempt that hangs uses up the whole timeout.`,
    remedy: "Name `attempts` and `perTryTimeout`, or switch retries off with `attempts: 0`.",
    evidence: [{ ...route.place, kind: "deployment", note: "route without retries" }],
    suggestion: null,
  };
}

function tooManyRetries(route: MeshRoute, retries: Retries): readonly Misfit[] {
  const timeout = route.timeout?.seconds ?? 0;
  const each = retries.perTryTimeout?.seconds ?? 0;
  const attempts = retries.attempts ?? 0;
  if (timeout <= 0 || each <= 0 || rounded(attempts * each) <= timeout) return [];
  // Where some retries fit, the timeout may be meant to cut off the others.
  const fitting = Math.floor(rounded(timeout / each));
  return [
    {
      discriminator: "retry-budget",
      severity: "warning",
      confidence: fitting < 2 ? "high" : "medium",
      title: `${routeTitle(route)} has retries that do not fit into its timeout`,
      message: `${routeText(route)} gives up after ${rounded(timeout)} s, but its ${attempts} attempts of ${rounded(each)} s need ${rounded(attempts * each)} s: ${fitting < 2 ? "none after the first is ever finished" : `those after number ${fitting} are cut off or never made`}.`,
      remedy: `Lower \`perTryTimeout\` to ${rounded(Math.floor((timeout / attempts) * 100) / 100)} s or less, make fewer attempts, or raise the timeout.`,
      evidence: [
        { ...retries.place, kind: "deployment", note: `${attempts} attempts of ${rounded(each)} s` },
        ...(route.timeout === null
          ? []
          : [{ ...route.timeout.place, kind: "deployment" as const, note: `timeout: ${route.timeout.text}` }]),
      ],
      suggestion: null,
    },
  ];
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** Methods that HTTP defines as safe to repeat. */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"]);
/** Conditions under which the request may have done its work. */
const AFTER_WORK = /^(?:5xx|gateway-error|50\d)$/;

function repeatsWrites(route: MeshRoute, retries: Retries): readonly Misfit[] {
  const unsafe = route.methods.filter((method) => !IDEMPOTENT.has(method));
  const on = retries.retryOn.filter((condition) => AFTER_WORK.test(condition));
  if (unsafe.length === 0 || on.length === 0 || retries.attempts === 0) return [];
  return [
    {
      discriminator: "unsafe-retries",
      severity: "warning",
      confidence: "high",
      title: `${routeTitle(route)} repeats ${unsafe.join(" and ")} requests after an error`,
      message: `${routeText(route)} takes ${listOf(unsafe.map(code))} and retries on ${listOf(on.map(code))}. A request that failed after it had done its work is then done twice.`,
      remedy:
        "Retry such requests only where they never arrived (`connect-failure,refused-stream`), or make the operation idempotent with a key that the client sends.",
      evidence: [
        { ...retries.place, kind: "deployment", note: `retries on ${on.join(", ")}` },
        { ...route.place, kind: "deployment", note: `route for ${unsafe.join(", ")}` },
      ],
      suggestion: null,
    },
  ];
}

/** The timeout stands where it should; another field does not. */
function misspelt(route: MeshRoute): readonly Misfit[] {
  return route.unknownFields.map((field) => ({
    discriminator: `field:${field.name}`,
    severity: "info" as const,
    confidence: "high" as const,
    title: `${routeTitle(route)} has a field that the mesh does not know: ${field.name}`,
    message: `${unknownFieldsText([field]).join("")} Istio's validation refuses it, or drops it without a word.`,
    remedy: "Correct its spelling or its place, or remove it.",
    evidence: fieldEvidence([field]),
    suggestion: null,
  }));
}

import type { DurationFact } from "../kubernetes.js";
import type { Lines } from "../place.js";
import { isNull, text, type YamlNode } from "../yaml-node.js";

const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g;
const WHOLE = /^\+?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/;
const SECONDS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** Seconds of `10s`, `1m30s`, `500ms`; `null` for anything else, a bare number too (but `0` is zero anywhere). */
export function secondsOf(written: string): number | null {
  const trimmed = written.trim();
  if (trimmed === "0") {
    return 0;
  }
  if (trimmed.length > 40 || !WHOLE.test(trimmed)) {
    return null;
  }
  let seconds = 0;
  for (const [, amount, unit] of trimmed.matchAll(PART)) {
    seconds += Number(amount) * SECONDS[unit!]!;
  }
  return seconds;
}

/** The duration that stands under a key; `null` where nothing does. */
export function durationOf(node: YamlNode | undefined, lines: Lines | null): DurationFact | null {
  const written = text(node);
  if (node?.kind !== "scalar" || written === null || lines === null || isNull(node)) {
    return null;
  }
  const templated = node.templated || /\$\{|\$\(/.test(written);
  return { text: written, templated, seconds: templated ? null : secondsOf(written), lines };
}

import { pino, type DestinationStream, type Logger } from "pino";
import { plainText } from "../report/escape.js";
import { withoutCredentials } from "../report/credentials.js";
import type { Environment } from "./environment.js";

export type Log = Logger;

/** Tokens of every kind that GitHub gives out, JSON web tokens, and keys. */
const TOKENS =
  /\bgh[a-z]_[\w.-]{8,}|\bgithub_pat_\w+|\beyJ[\w-]+\.[\w-]+\.[\w-]+|\b(?:bearer|token) [\w.-]{20,}|-----BEGIN [\s\S]{0,4000}?-----END [A-Z ]+-----/gi;

/**
 * A log of one object a line, or of text for people. Whatever is logged, neither tokens nor the secrets given here come
 * out of it: the last net is on the written line, where nothing can slip past.
 */
export function openLog(
  { logLevel, logFormat }: Pick<Environment, "logLevel" | "logFormat">,
  secrets: readonly string[],
  out: { write(text: string): unknown },
): Log {
  const hidden = secrets.filter((secret) => secret.length >= 4).flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  const destination: DestinationStream = {
    write(line) {
      let safe = withoutCredentials(line).replace(TOKENS, "***");
      for (const secret of hidden) safe = safe.replaceAll(secret, "***");
      out.write(logFormat === "json" ? safe : forPeople(safe));
    },
  };
  return pino(
    {
      level: logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorOf, error: errorOf },
    },
    destination,
  );
}

/** Errors of requests carry what was sent and received; the log needs neither. */
function errorOf(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack } = error;
  const status = "status" in error && typeof error.status === "number" ? { status: error.status } : {};
  return { name, message: message.slice(0, 1_000), ...status, ...(stack === undefined ? {} : { stack: stack.slice(0, 4_000) }) };
}

function forPeople(line: string): string {
  try {
    const { level, time, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
    const details = Object.entries(rest).map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
    return `${plainText([time, String(level).toUpperCase().padEnd(5), msg, ...details].join(" "))}\n`;
  } catch {
    return line;
  }
}

import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import type { StoreLocation } from "../store/store.js";

/** Who the App is to GitHub. */
export interface Credentials {
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
  /** The one in use first, then the one before it while secrets are rotated. */
  readonly webhookSecrets: readonly string[];
}

/** What the pages need to know who reads them. */
export interface SignIn {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly sessionSecret: string;
}

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export const LOG_FORMATS = ["json", "pretty"] as const;

/** What the host tells the App. */
export interface Environment {
  /** `null`: nothing is set up yet. */
  readonly credentials: Credentials | null;
  /** `null`: no pages are served. */
  readonly signIn: SignIn | null;
  /** Base URL of GitHub's API, without a slash at the end. */
  readonly apiUrl: string;
  /** Where people read GitHub. */
  readonly site: string;
  readonly host: string;
  readonly port: number;
  /** Where people reach the App, where that was told. */
  readonly publicUrl: string | null;
  readonly store: StoreLocation;
  readonly sweepSeconds: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly logFormat: (typeof LOG_FORMATS)[number];
}

/** A setting that is missing or wrong. The message names it and says how to get it, and never holds its value. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
  readonly advice: string;
  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the settings of the host. Throws `EnvironmentError` for the first that cannot be used. */
export function readEnvironment(variables: Variables, container: boolean): Environment {
  const apiUrl = apiUrlOf(variables);
  return {
    credentials: credentialsOf(variables),
    signIn: signInOf(variables),
    apiUrl,
    site: siteOf(apiUrl),
    host: variables.HOST?.trim() || (container ? "0.0.0.0" : "127.0.0.1"),
    port: wholeNumber(variables, "PORT", 3000, 0, 65_535),
    publicUrl: optionalUrl(variables, "PUBLIC_URL", ["http:", "https:"]),
    store: storeOf(variables),
    sweepSeconds: wholeNumber(variables, "FAULTLINE_SWEEP_SECONDS", 300, 1, 86_400),
    logLevel: oneOf(variables, "LOG_LEVEL", LOG_LEVELS, "info"),
    logFormat: oneOf(variables, "LOG_FORMAT", LOG_FORMATS, "json"),
  };
}

const SETTINGS_PAGE = "the App's settings page on GitHub (Settings → Developer settings → GitHub Apps → your App)";
const ADVICE = {
  APP_ID: `It is the number called "App ID" at the top of ${SETTINGS_PAGE}.`,
  PRIVATE_KEY: `Generate one under "Private keys" on ${SETTINGS_PAGE}; give the downloaded PEM text as PRIVATE_KEY, or its path as PRIVATE_KEY_PATH.`,
  WEBHOOK_SECRET: `Choose a long random text (for example: openssl rand -hex 32), enter it as "Webhook secret" on ${SETTINGS_PAGE}, and give the same here. There is no default.`,
  CLIENT_ID: `It is called "Client ID" at the top of ${SETTINGS_PAGE}.`,
  CLIENT_SECRET: `Generate one under "Client secrets" on ${SETTINGS_PAGE}.`,
  SESSION_SECRET: "Choose a long random text (for example: openssl rand -hex 32). Without it no pages are served.",
} as const;

/** Characters of a secret that nobody can guess. */
const LEAST_SECRET = 32;

/** Without a session secret there are no pages: setting up the App in the browser gives the other two to everybody. */
function signInOf(variables: Variables): SignIn | null {
  if (variables.SESSION_SECRET === undefined) return null;
  const [clientId, clientSecret, sessionSecret] = (["CLIENT_ID", "CLIENT_SECRET", "SESSION_SECRET"] as const).map((name) => {
    const value = variables[name]?.trim();
    if (value === undefined || value === "")
      throw new EnvironmentError(`${name} is ${value === undefined ? "not set" : "empty"}.`, ADVICE[name]);
    return value;
  }) as [string, string, string];
  if (sessionSecret.length < LEAST_SECRET)
    throw new EnvironmentError(`SESSION_SECRET is shorter than ${LEAST_SECRET} characters.`, ADVICE.SESSION_SECRET);
  return { clientId, clientSecret, sessionSecret };
}

const SETUP_HINT = "To set up a new App in the browser instead, leave APP_ID, PRIVATE_KEY, PRIVATE_KEY_PATH and WEBHOOK_SECRET all unset.";

function credentialsOf(variables: Variables): Credentials | null {
  const { APP_ID, PRIVATE_KEY, PRIVATE_KEY_PATH, WEBHOOK_SECRET } = variables;
  if ([APP_ID, PRIVATE_KEY, PRIVATE_KEY_PATH, WEBHOOK_SECRET].every((value) => value === undefined)) return null;
  const appId = required(variables, "APP_ID", ADVICE.APP_ID);
  if (!/^[1-9]\d{0,14}$/.test(appId)) throw new EnvironmentError("APP_ID is not a number.", ADVICE.APP_ID);
  return { appId: Number(appId), privateKey: privateKeyOf(variables), webhookSecrets: webhookSecretsOf(variables) };
}

function required(variables: Variables, name: string, advice: string): string {
  const value = variables[name];
  if (value === undefined) throw new EnvironmentError(`${name} is not set.`, `${advice} ${SETUP_HINT}`);
  if (value.trim() === "") throw new EnvironmentError(`${name} is empty.`, advice);
  return value.trim();
}

function privateKeyOf(variables: Variables): string {
  const named = variables.PRIVATE_KEY === undefined && variables.PRIVATE_KEY_PATH !== undefined ? "PRIVATE_KEY_PATH" : "PRIVATE_KEY";
  const given = required(variables, named, ADVICE.PRIVATE_KEY);
  const pem = named === "PRIVATE_KEY" ? unfolded(given) : keyFile(given);
  try {
    if (createPrivateKey(pem).asymmetricKeyType === "rsa") return pem;
  } catch {
    // The library's error may quote what it was given.
  }
  throw new EnvironmentError(
    `${named} ${named === "PRIVATE_KEY" ? "is not" : "does not lead to"} an RSA private key in PEM form.`,
    ADVICE.PRIVATE_KEY,
  );
}

/** Many hosts take one line alone: line breaks written as `\n`, or the whole in base64. */
function unfolded(key: string): string {
  if (key.includes("-----BEGIN")) return key.replaceAll("\\n", "\n");
  return /^[\w+/=\s-]+$/.test(key) ? Buffer.from(key, "base64").toString("utf8") : key;
}

function keyFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new EnvironmentError(
      `PRIVATE_KEY_PATH leads to no file that can be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"}).`,
      ADVICE.PRIVATE_KEY,
    );
  }
}

function webhookSecretsOf(variables: Variables): readonly string[] {
  required(variables, "WEBHOOK_SECRET", ADVICE.WEBHOOK_SECRET);
  // As it is: GitHub signs with every character that was entered.
  const secret = variables.WEBHOOK_SECRET ?? "";
  const previous = variables.WEBHOOK_SECRET_PREVIOUS;
  for (const [name, value] of [
    ["WEBHOOK_SECRET", secret],
    ["WEBHOOK_SECRET_PREVIOUS", previous],
  ] as const) {
    if (value !== undefined && /[\u0000-\u001f\u007f]/.test(value))
      throw new EnvironmentError(`${name} holds a line break or another control character.`, ADVICE.WEBHOOK_SECRET);
  }
  return previous === undefined || previous.trim() === "" ? [secret] : [secret, previous];
}

function apiUrlOf(variables: Variables): string {
  const given = optionalUrl(variables, "GITHUB_API_URL", ["http:", "https:"]);
  if (given !== null) return given;
  const host = variables.GHE_HOST?.trim();
  if (host === undefined || host === "") return "https://api.github.com";
  if (!/^[\w.-]+(:\d{1,5})?$/.test(host))
    throw new EnvironmentError(
      "GHE_HOST is not a host name.",
      "Give the name alone, such as github.example.com, without https:// before it.",
    );
  const protocol = oneOf(variables, "GHE_PROTOCOL", ["https", "http"], "https");
  return `${protocol}://${host}/api/v3`;
}

/** Reading and API live on one host of an Enterprise Server, and on two of github.com and ghe.com. */
function siteOf(apiUrl: string): string {
  const { protocol, host } = new URL(apiUrl);
  return `${protocol}//${host.replace(/^api\.(?=github\.com$|[\w-]+\.ghe\.com$)/, "")}`;
}

function storeOf(variables: Variables): StoreLocation {
  if (variables.DATABASE_URL === undefined || variables.DATABASE_URL.trim() === "")
    return { dataDirectory: variables.FAULTLINE_DATA_DIR?.trim() || "./data" };
  const databaseUrl = variables.DATABASE_URL.trim();
  if (!/^postgres(ql)?:\/\/./.test(databaseUrl))
    throw new EnvironmentError(
      "DATABASE_URL is not the address of a PostgreSQL database.",
      "Write postgres://user:password@host:5432/database, or leave it unset to use the embedded store.",
    );
  return { databaseUrl };
}

function optionalUrl(variables: Variables, name: string, protocols: readonly string[]): string | null {
  const given = variables[name]?.trim();
  if (given === undefined || given === "") return null;
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !protocols.includes(url.protocol) || url.username !== "" || url.search !== "" || url.hash !== "") {
    throw new EnvironmentError(`${name} is not an address that can be used.`, "Write it as https://host or https://host/path.");
  }
  return url.href.replace(/\/+$/, "");
}

function wholeNumber(variables: Variables, name: string, otherwise: number, least: number, most: number): number {
  const given = variables[name]?.trim();
  if (given === undefined || given === "") return otherwise;
  const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (!(value >= least && value <= most))
    throw new EnvironmentError(`${name} is not a whole number from ${least} to ${most}.`, `Leave it unset for ${otherwise}.`);
  return value;
}

function oneOf<T extends string>(variables: Variables, name: string, values: readonly T[], otherwise: T): T {
  const given = variables[name]?.trim().toLowerCase();
  if (given === undefined || given === "") return otherwise;
  const value = values.find((each) => each === given);
  if (value === undefined) throw new EnvironmentError(`${name} is none of ${values.join(", ")}.`, `Leave it unset for ${otherwise}.`);
  return value;
}

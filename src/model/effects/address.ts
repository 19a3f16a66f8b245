import type { Denotation, Program, TextPart } from "../code/denotation.js";
import type { ExpandedText } from "../environment.js";
import { lowered, type Confidence, type Evidence, type Place } from "../evidence.js";
import { canonicalPath } from "../libraries/patterns.js";
import type { ServiceDirectory } from "../services.js";
import type { CallTarget } from "../code.js";
import type { Linking } from "./linking.js";

/** A text that should be a URL: its parts, and the lines of code through which it came. */
export interface Address {
  readonly parts: readonly TextPart[];
  readonly trail: readonly Place[];
}

/** Whom an address reaches, and the path there (`/orders/:id`), `null` where it has none. */
export interface Reached {
  readonly to: CallTarget;
  readonly path: string | null;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
  /** Host and path say where it goes: only parameters may be open. */
  readonly complete: boolean;
}

/** Holes are marked by characters that no URL has, so that they survive interpolation and parsing. */
const OPEN = "\u0001";
const CLOSE = "\u0002";
/** What follows replaces the path of what stands before: `new URL("/orders", base)`. */
const FROM_ROOT = "\u0003";
const MOST_ADDRESSES = 8;

/** The address that a value is, at most a few where it is a choice. */
export function addressesOf(value: Denotation, program: Program): readonly Address[] {
  if (value.kind === "choice") return value.options.flatMap((option) => addressesOf(option, program)).slice(0, MOST_ADDRESSES);
  if (value.kind === "object") return fromOptions(value, program).map((parts) => ({ parts, trail: value.trail }));
  const parts = partsOf(value, program);
  return parts === null ? [] : [{ parts, trail: value.trail }];
}

function partsOf(value: Denotation, program: Program): readonly TextPart[] | null {
  switch (value.kind) {
    case "text":
      return value.parts;
    case "number":
      return [literal(String(value.value))];
    case "unknown":
      return [{ kind: "hole", text: value.text }];
    case "object":
      return fromOptions(value, program)[0] ?? null;
    case "choice":
      return value.options.map((option) => partsOf(option, program)).find((parts) => parts !== null) ?? null;
    case "library":
      return fromUrlObject(value, program);
    default:
      return null;
  }
}

/** `{ hostname, port, path }` of Node's http, `{ url }` and `{ uri }` of others. Several where the host is one of several. */
function fromOptions(value: Denotation & { kind: "object" }, program: Program): readonly (readonly TextPart[])[] {
  const part = (name: string): readonly TextPart[] | null =>
    value.entries.has(name) ? partsOf(program.member(value, name), program) : null;
  const whole = part("url") ?? part("uri") ?? part("href");
  if (whole !== null) return [whole];
  const named = ["hostname", "host"].find((name) => part(name) !== null);
  if (named === undefined) return [part("path") ?? part("pathname")].filter((path) => path !== null);
  const host = program.member(value, named);
  const hosts = host.kind === "choice" ? host.options.flatMap((option) => [partsOf(option, program)]) : [part(named)];
  return hosts.flatMap((one) => (one === null ? [] : [withHost(one, part)]));
}

function withHost(host: readonly TextPart[], part: (name: string) => readonly TextPart[] | null): readonly TextPart[] {
  const given = part("protocol");
  const scheme = given?.every(({ kind }) => kind === "literal") === true ? given : [literal("http:")];
  const port = part("port");
  return [
    ...scheme,
    literal("//"),
    ...host,
    ...(port === null ? [] : [literal(":"), ...port]),
    ...(part("path") ?? part("pathname") ?? []),
  ];
}

/** `new URL(path, base)` and what is read from it; `urlJoin(base, path)`; `encodeURI(text)`. */
function fromUrlObject(value: Denotation & { kind: "library" }, program: Program): readonly TextPart[] | null {
  const path = canonicalPath(value.path.path);
  const invocation = value.path.calls[0];
  if (invocation === undefined) return null;
  const args = invocation.args.map((arg) => partsOf(program.denote(arg, invocation.scope, invocation.place), program) ?? []);
  if (path.startsWith("URL#")) return args[1] === undefined ? (args[0] ?? null) : resolved(args[0] ?? [], args[1]);
  if (value.path.module === "url-join" || value.path.module === "urljoin" || value.path.module === "proper-url-join") {
    return args.reduce<readonly TextPart[]>((joined, next) => (joined.length === 0 ? next : joinParts(joined, next)), []);
  }
  if (path === "String()" || path === "encodeURI()" || path === "encodeURIComponent()") return args[0] ?? null;
  return null;
}

/** A path from the root takes the place of the base's own path. */
function resolved(path: readonly TextPart[], base: readonly TextPart[]): readonly TextPart[] {
  if (isAbsolute(path) && path[0]?.kind === "literal") return path;
  const [first] = path;
  const fromRoot = first?.kind === "literal" && first.text.startsWith("/");
  return fromRoot ? [...base, literal(FROM_ROOT), ...path] : joinParts(base, path);
}

function literal(text: string): TextPart {
  return { kind: "literal", text };
}

/** `base` and `path` with exactly one slash between them. */
export function joinParts(base: readonly TextPart[], path: readonly TextPart[]): readonly TextPart[] {
  if (path.length === 0) return base;
  if (base.length === 0) return path;
  const last = base.at(-1);
  const first = path[0];
  const ends = last?.kind === "literal" && last.text.endsWith("/");
  const begins = first?.kind === "literal" && /^[/?]/.test(first.text);
  if (ends && begins) return [...base.slice(0, -1), literal(last.text.slice(0, -1)), ...path];
  return ends || begins ? [...base, ...path] : [...base, literal("/"), ...path];
}

/** Whether the text names its host itself, so that no base belongs before it. */
export function isAbsolute(parts: readonly TextPart[]): boolean {
  const [first] = parts;
  if (first === undefined) return false;
  if (first.kind === "environment") return true;
  return first.kind === "literal" && /^([a-z][a-z\d+.-]*:)?\/\//i.test(first.text);
}

/** What addresses are followed with. */
type Where = Pick<Linking, "services" | "environment" | "serving" | "routing">;

/** Follows an address, as the code of `service` sees it, to whom it reaches. */
export function reach(address: Address, service: string, where: Where): Reached {
  const marked = address.parts.map((part): TextPart => (part.kind === "hole" ? literal(`${OPEN}${part.text}${CLOSE}`) : part));
  const code = codeEvidence(address.trail);
  const variables = variablesIn(address.parts);
  let best: Reached | null = null;
  for (const text of where.environment.expand(service, marked)) {
    const reached = reachText(text, service, variables, where, code);
    if (best === null || rank(reached.to) > rank(best.to)) best = reached;
    if (best.to.kind === "service") break;
  }
  return (
    best ?? { to: { kind: "unresolved", text: readable(address.parts) }, path: null, confidence: "low", evidence: code, complete: false }
  );
}

function rank(to: CallTarget): number {
  return to.kind === "service" ? 2 : to.kind === "external" ? 1 : 0;
}

function reachText(
  text: ExpandedText,
  service: string,
  variables: readonly string[],
  { services: directory, serving, routing }: Where,
  code: readonly Evidence[],
): Reached {
  const { host, port, path } = splitUrl(text.text);
  const evidence = [...code, ...text.evidence];
  const rest = path === "" ? null : templatePath(path);
  const complete = rest !== null && /\/[^/:]/.test(rest);
  const answer = (to: CallTarget, confidence: Confidence): Reached => ({
    to,
    path: rest,
    confidence,
    evidence,
    complete: complete && to.kind !== "unresolved",
  });
  if (host !== null && !isOpen(host)) {
    const found = directory.at(host, port, service);
    if (found.kind === "service") {
      const meant = isLocal(host) ? contradicted(found.service, variables, directory) : null;
      if (meant !== null && meant !== service) return answer({ kind: "service", service: meant }, "medium");
      return answer({ kind: "service", service: found.service }, hostConfidence(text, host, found.service, variables, directory));
    }
    if (found.kind === "infrastructure") {
      const behind = rest === null ? null : routing.behind(found, rest);
      // What comes back to the caller itself is no call of another service.
      if (behind === null || behind.service === service) return answer({ kind: "external", host: found.name }, "high");
      const to = { kind: "service" as const, service: behind.service };
      return { ...answer(to, "high"), path: behind.path, evidence: [...evidence, ...behind.evidence] };
    }
    if (found.kind === "external") return answer({ kind: "external", host: found.host }, "high");
  }
  // No value leads anywhere: the variable's own name is what is left.
  for (const variable of variables) {
    const meant = directory.meantBy(variable);
    if (meant !== null && meant !== service) return answer({ kind: "service", service: meant }, "medium");
  }
  const listener = host === null ? null : serving.listener(host, port, service);
  if (listener !== null)
    return { ...answer({ kind: "service", service: listener.service }, "medium"), evidence: [...evidence, listener.evidence] };
  return answer({ kind: "unresolved", text: withoutMarks(text.text) }, "low");
}

/** A default of `localhost:3002` in code is how a developer runs it; a variable of the same name makes it sure. */
function hostConfidence(
  text: ExpandedText,
  host: string,
  service: string,
  variables: readonly string[],
  directory: ServiceDirectory,
): Confidence {
  const agreed = variables.some((variable) => directory.meantBy(variable) === service);
  if (text.stage === "test") return agreed ? "medium" : "low";
  return isLocal(host) && !agreed ? lowered("high") : "high";
}

function isLocal(host: string): boolean {
  return /^(localhost|127\.0\.0\.1|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal)$/.test(host);
}

/** `EMAIL_ADDR || "http://localhost:8080"` where another service listens on 8080 too: the name was thought about, the port was not. */
function contradicted(listening: string, variables: readonly string[], directory: ServiceDirectory): string | null {
  const meant = variables.map((variable) => directory.meantBy(variable)).filter((service) => service !== null);
  return meant.includes(listening) ? null : (meant[0] ?? null);
}

function variablesIn(parts: readonly TextPart[]): readonly string[] {
  return parts.flatMap((part) => (part.kind === "environment" ? [part.name, ...variablesIn(part.fallback ?? [])] : []));
}

function codeEvidence(trail: readonly Place[]): readonly Evidence[] {
  return trail.map((place) => ({ ...place, kind: "code", note: "the address comes from here" }));
}

interface SplitUrl {
  readonly host: string | null;
  readonly port: number | null;
  readonly path: string;
}

/** Scheme, host, port and path of what may hold `${NAME}` anywhere. Credentials are left out. */
function splitUrl(whole: string): SplitUrl {
  // The host of a URL that a variable holds comes with its own scheme, and its port before one that the code guesses.
  const text = whole.replace(/^[a-z][a-z\d+.-]*:\/\/(?=[a-z][a-z\d+.-]*:\/\/)/i, "");
  const found = /^(?:[a-z][a-z\d+.-]*:)?\/\/([^/?#\u0003]*)([^?#]*)/i.exec(text);
  const bare = found ?? /^((?:[^/?#:\u0003]|\$\{[^}]*\})+(?::[^/?#\u0003]*)?)([^?#]*)/.exec(text);
  if (bare === null) return { host: null, port: null, path: text.replace(/[?#].*$/s, "") };
  const authority = (bare[1] ?? "").replace(/^.*@/s, "");
  const [, host = "", port = ""] = /^(\[[^\]]*\]|(?:\$\{[^}]*\}|[^:])*)(?::(.*))?$/s.exec(authority) ?? [];
  const [digits] = /^\d+(?=$|:)/.exec(port) ?? [];
  const number = digits === undefined ? null : Number(digits);
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  const usual = scheme === "https" ? 443 : scheme === "http" ? 80 : null;
  const path = bare[2] ?? "";
  return {
    host: host === "" ? null : host.toLowerCase(),
    port: number ?? (port === "" ? usual : null),
    path: path.slice(path.lastIndexOf(FROM_ROOT) + 1),
  };
}

function isOpen(host: string): boolean {
  return host.includes(OPEN) || host.includes("${");
}

/** `/orders/:id` of a path with marked holes and unknown variables. */
function templatePath(path: string): string {
  const template = path
    .replace(new RegExp(`${OPEN}([^${CLOSE}]*)${CLOSE}`, "g"), (_, name: string) => `:${parameterName(name)}`)
    .replace(/\$\{([^}]*)\}/g, (_, name: string) => `:${parameterName(name)}`)
    .replace(/\/{2,}/g, "/")
    .replace(/(.)\/$/, "$1");
  return template.startsWith("/") ? template : `/${template}`;
}

function parameterName(name: string): string {
  const word = /[A-Za-z_$][\w$]*$/.exec(name.replace(/\(\)$/, ""))?.[0];
  return word ?? "param";
}

function withoutMarks(text: string): string {
  return text
    .replace(/\/\/[^/@\s]*@/, "//")
    .replaceAll(FROM_ROOT, "")
    .replaceAll(OPEN, "${")
    .replaceAll(CLOSE, "}")
    .slice(0, 200);
}

/** What can be shown of an address: variables by name, never by value. */
export function readable(parts: readonly TextPart[]): string {
  const text = parts
    .map((part) => (part.kind === "literal" ? part.text : part.kind === "environment" ? `\${${part.name}}` : `\${${part.text}}`))
    .join("");
  return text
    .replaceAll(FROM_ROOT, "")
    .replace(/\/\/[^/@\s]*@/, "//")
    .slice(0, 200);
}

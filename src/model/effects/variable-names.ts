import type { Denotation, TextPart } from "../code/denotation.js";
import type { CloudChannels } from "../cloud-channels.js";
import type { Environment } from "../environment.js";
import { readable } from "./address.js";
import type { VariableNames } from "./linking.js";

/** What a topic or queue may be called. A broker's address is none. */
const NAME = /^[\w.:/#*-]{1,200}$/;

/** The bus of EventBridge that every account has. */
const DEFAULT_BUS = "default";

/** Names that stand for variables in one part of the code. */
export class SettledNames implements VariableNames {
  readonly #environment: Pick<Environment, "lookup">;
  readonly #cloud: Pick<CloudChannels, "named">;
  readonly #found = new Map<string, Set<string>>();

  constructor({ environment, cloud }: { readonly environment: Pick<Environment, "lookup">; readonly cloud: Pick<CloudChannels, "named"> }) {
    this.#environment = environment;
    this.#cloud = cloud;
  }

  get found(): VariableNames["found"] {
    return new Map([...this.#found].map(([variable, names]) => [variable, [...names]]));
  }

  text(parts: readonly TextPart[], service: string | null): string {
    return readable(parts.map((part) => (part.kind === "environment" ? this.#settled(part, service) : part)));
  }

  of(value: Denotation, service: string | null): string | null {
    if (value.kind === "number") return String(value.value);
    if (value.kind !== "text" || value.parts.some(({ kind }) => kind === "hole")) return null;
    return this.text(value.parts, service);
  }

  #settled(part: TextPart & { kind: "environment" }, service: string | null): TextPart {
    const held = service === null ? [] : this.#held(part.name, service);
    if (held === null) return part;
    const texts = held.length > 0 || part.fallback === null ? held : [this.text(part.fallback, service)];
    if (held.length === 0 && service !== null && texts[0] === DEFAULT_BUS && this.#isOnBus(part.name, service)) return part;
    const [name, ...others] = new Set(texts.map(withoutPlace));
    if (name === undefined || others.length > 0 || !NAME.test(name)) return part;
    this.#found.set(part.name, (this.#found.get(part.name) ?? new Set()).add(name));
    return { kind: "literal", text: name };
  }

  /** Whether the system has a bus of its own for which the variable can stand: what is left unset on one's desk is set where it runs. */
  #isOnBus(variable: string, service: string): boolean {
    const own = `\${${variable}}`;
    return this.#cloud.named(service, own, "eventbridge") !== own;
  }

  /** What it holds where most depends on it; `null` where it holds a declared resource, which has a name of its own. */
  #held(variable: string, service: string): readonly string[] | null {
    const own = `\${${variable}}`;
    if (this.#cloud.named(service, own, null) !== own) return null;
    const values = this.#environment.lookup(service, variable).filter(({ stage }) => stage !== "test");
    return values.filter(({ stage }) => stage === values[0]!.stage).map(({ value }) => value);
  }
}

/** The queue at an address of SQS, the topic of an ARN. */
export function withoutPlace(text: string): string {
  return text.replace(/^https?:\/\/[^/]*\/(\d+\/)?/, "").replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/, "");
}

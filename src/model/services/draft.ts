import type { Evidence } from "../evidence.js";
import { append } from "../fact-table.js";
import { nameKey } from "../identity.js";

/** What made somebody think that here is a service; the earlier, the more its name is worth. */
export type SignalSource =
  | "settings"
  | "compose"
  | "project"
  | "serverless"
  | "application"
  | "skaffold"
  | "workflow"
  | "package"
  | "dockerfile"
  | "kubernetes"
  | "repository";

export interface Signal {
  readonly source: SignalSource;
  /** `null` where the service's code is not in the repository. */
  readonly directory: string | null;
  readonly name: string | null;
  /** Further names: images, containers, packages. */
  readonly aliases: readonly string[];
  readonly evidence: Evidence | null;
}

/** A service while its signals are gathered. */
export interface Draft {
  readonly directory: string | null;
  /** All directories: more than one where drafts were joined. */
  readonly paths: string[];
  readonly names: { readonly source: SignalSource; readonly name: string }[];
  readonly aliases: Set<string>;
  readonly evidence: Evidence[];
}

/** The drafts by directory and by name. */
export class Drafts {
  readonly #byDirectory = new Map<string, Draft>();
  readonly #homeless: Draft[] = [];

  all(): readonly Draft[] {
    return [...this.#byDirectory.values(), ...this.#homeless];
  }

  at(directory: string): Draft | null {
    return this.#byDirectory.get(directory) ?? null;
  }

  add(signal: Signal): Draft {
    const draft = this.#find(signal) ?? this.#create(signal);
    if (signal.name !== null) draft.names.push({ source: signal.source, name: signal.name });
    for (const alias of signal.aliases) draft.aliases.add(alias);
    if (signal.evidence !== null) draft.evidence.push(signal.evidence);
    return draft;
  }

  remove(draft: Draft): void {
    if (draft.directory !== null) this.#byDirectory.delete(draft.directory);
    else this.#homeless.splice(this.#homeless.indexOf(draft), 1);
  }

  /** Everything of one draft becomes part of another. */
  join(draft: Draft, into: Draft): void {
    this.remove(draft);
    into.names.push(...draft.names);
    into.evidence.push(...draft.evidence);
    for (const alias of draft.aliases) into.aliases.add(alias);
    for (const path of draft.paths) if (!into.paths.includes(path)) into.paths.push(path);
  }

  /** Drafts by every key that they are called by; a key may have several. */
  byKey(): ReadonlyMap<string, readonly Draft[]> {
    const found = new Map<string, Draft[]>();
    for (const draft of this.all()) {
      for (const key of keysOf(draft)) append(found, key, draft);
    }
    return found;
  }

  #find(signal: Signal): Draft | null {
    if (signal.directory !== null) return this.#byDirectory.get(signal.directory) ?? null;
    const key = signal.name === null ? null : nameKey(signal.name);
    return this.#homeless.find((draft) => key !== null && keysOf(draft).has(key)) ?? null;
  }

  #create(signal: Signal): Draft {
    const draft: Draft = {
      directory: signal.directory,
      paths: signal.directory === null ? [] : [signal.directory],
      names: [],
      aliases: new Set(),
      evidence: [],
    };
    if (signal.directory === null) this.#homeless.push(draft);
    else this.#byDirectory.set(signal.directory, draft);
    return draft;
  }
}

/** The keys of a draft's directories, and of what those who deploy it call it. */
export function placeKeysOf(draft: Draft): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const path of draft.paths) if (path !== "") keys.add(nameKey(path.slice(path.lastIndexOf("/") + 1)));
  for (const { name, source } of draft.names) if (source !== "package") keys.add(nameKey(name));
  keys.delete("");
  return keys;
}

/** Every key by which a draft is called. */
export function keysOf(draft: Draft): ReadonlySet<string> {
  const keys = new Set(placeKeysOf(draft));
  for (const { name } of draft.names) keys.add(nameKey(name));
  for (const alias of draft.aliases) keys.add(nameKey(alias));
  keys.delete("");
  return keys;
}

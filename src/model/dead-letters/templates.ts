import { PARAMETER } from "../../facts/cloud-found.js";
import type { CloudMessagingFact, CloudResource } from "../../facts/deployment.js";
import { OWN_MODULE } from "../../facts/terragrunt.js";
import type { FactTable, Stated } from "../fact-table.js";
import { directoryOf, joined } from "../paths.js";

/** A queue, topic or function that a template declares. */
export interface Declared {
  readonly path: string;
  readonly resource: CloudResource;
}

/** The same for the same resource alone. */
export function keyOf({ path, resource }: Declared): string {
  return `${path}#${resource.id}`;
}

type Template = Stated<"cloud-messaging">;

/** The first word alone is an id of CloudFormation, two words are one of Terraform: `aws_sqs_queue.orders.arn`. */
function readings(whole: string): readonly { readonly id: string; readonly attributes: readonly string[] }[] {
  const words = whole.split(".");
  return [1, 2].flatMap((count) => (words.length < count ? [] : [{ id: words.slice(0, count).join("."), attributes: words.slice(count) }]));
}

/** A property of what a reference means: `${topics}` and `paid` are `${topics.paid}`. */
function withRest(reference: string, rest: string): string {
  return rest !== "" && /^\$\{[^{}]+\}$/.test(reference) ? `${reference.slice(0, -1)}.${rest}}` : reference;
}

/** With `*` for what stands open inside of a reference: the stage, mostly. */
function flat(reference: string): string {
  let text = reference;
  for (let steps = 0; steps < MOST_STEPS && /\$\{[^{}]*\$\{/.test(text); steps += 1)
    text = text.replace(/(\$\{[^{}]*)\$\{[^{}]*\}/g, "$1*");
  return text;
}

/** Whether two names can be one, whatever stands in their open parts. */
function areOne(one: string, other: string): boolean {
  const [left, right] = [one, other].map((name) => flat(name).replace(/\$\{[^{}]*\}/g, "*")) as [string, string];
  return left === right || fits(left, right) || fits(right, left);
}

/** `*` stands for anything but a slash. Step by step, since the names are anybody's: an expression could take for ever. */
function fits(pattern: string, name: string): boolean {
  const [patterns, names] = [pattern.split("/"), name.split("/")];
  return pattern.includes("*") && patterns.length === names.length && patterns.every((part, index) => fitsPart(part, names[index]!));
}

function fitsPart(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return pattern === name;
  const last = rest.pop()!;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let from = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return from <= name.length - last.length;
}

/** Names that mean each other, each many times, would take for ever. */
const MOST_LOOKS = 500;
const MOST_WORDS = 4;
const MOST_STEPS = 8;
/** Nobody sends messages to these by their names, which may be those of queues too. */
const UNCALLED: ReadonlySet<CloudResource["kind"]> = new Set(["rule", "stream", "table"]);

/** Finds what references in templates mean, also through nested stacks, files that are put in, exports, and names. */
export class Templates {
  readonly all: readonly Template[];
  readonly #byPath = new Map<string, CloudMessagingFact>();
  /** Parents of nested templates, with the parameters that they give. */
  readonly #parents = new Map<string, { readonly path: string; readonly parameters: ReadonlyMap<string, string | null> }[]>();
  /** Files that are read as one with a file. */
  readonly #joined = new Map<string, Set<string>>();
  readonly #byName = new Map<string, Declared[]>();
  /** How many more references one question may lead to. */
  #left = 0;
  /** Files of directories that are read as one. */
  readonly #directories = new Map<string, string[]>();

  constructor(table: FactTable) {
    this.all = table.of("cloud-messaging");
    for (const { path, fact } of this.all) {
      this.#byPath.set(path, fact);
      if (fact.wholeDirectory) this.#directories.set(directoryOf(path), [...(this.#directories.get(directoryOf(path)) ?? []), path]);
    }
    for (const template of this.all) this.#add(template);
  }

  /** What a reference in a file means; empty where it is not in the repository. */
  resolve(path: string, reference: string, steps = 0): readonly Declared[] {
    if (steps === 0) this.#left = MOST_LOOKS;
    this.#left -= 1;
    if (steps > MOST_STEPS || this.#left < 0) return [];
    const whole = /^\$\{([^}]+)\}$/.exec(flat(reference))?.[1];
    if (whole === undefined) return this.#named(path, reference, steps);
    if (whole.startsWith("import:")) return this.#imported(whole.slice("import:".length), steps);
    // `${ssm:/shop/orders-url}` and `${cf:orders-prod.OrdersUrl}` of serverless.yml.
    const [, store, kept = ""] = /^(ssm|cf)(?:\([^)]*\))?:(.+?)(?:~\w+)?$/.exec(whole) ?? [];
    if (store === "ssm") return this.#imported(PARAMETER + kept, steps);
    if (store === "cf") return this.#output(kept.slice(kept.lastIndexOf(".") + 1), steps);
    const files = [path, ...(this.#joined.get(path) ?? [])];
    for (const file of files) {
      const found = this.#inFile(file, whole, steps);
      if (found.length > 0) return found;
    }
    const given = this.#given(path, whole, steps);
    return given.length > 0 ? given : files.flatMap((file) => this.#value(file, whole, steps));
  }

  /**
   * The name that a reference, an ARN or an address ends in, where the file writes it out or gives it a value; `null` where
   * something is left open.
   */
  text(path: string, reference: string, steps = 0): string | null {
    if (steps === 0) this.#left = MOST_LOOKS;
    this.#left -= 1;
    if (steps > MOST_STEPS || this.#left < 0) return null;
    const values = [path, ...(this.#joined.get(path) ?? [])].flatMap((file) => this.#byPath.get(file)?.values ?? []);
    const filled = reference.replace(/\$\{([^{}]+)\}/g, (hole, name: string) => {
      const value = values.find((each) => each.name === name)?.value;
      return value === undefined ? hole : (this.text(path, value, steps + 1) ?? hole);
    });
    // What stands before the name may be open: the account, the region, or where a stream belongs.
    const last = filled
      .replace(/\/stream\/[^/]*$/, "")
      .replace(/\$\{[^{}]*\}/g, (hole) => hole.replace(/[:/]/g, " "))
      .split(/[:/]/)
      .at(-1)!;
    // A hole may hold others, of which only the innermost are seen.
    return last === "" || /[{}]/.test(last) ? null : last;
  }

  /** Another file makes it a part of its own stack. */
  isNested(path: string): boolean {
    return this.#parentsOf(path).length > 0;
  }

  /** Some functions of the file, or of those read as one with it, are in files that say nothing here. */
  isOpen(path: string): boolean {
    return [path, ...(this.#joined.get(path) ?? [])].some((file) => {
      const fact = this.#byPath.get(file);
      return fact?.functionsElsewhere === true;
    });
  }

  #inFile(path: string, whole: string, steps: number): readonly Declared[] {
    const fact = this.#byPath.get(path);
    if (fact === undefined) return [];
    for (const { id, attributes } of readings(whole)) {
      const resource = fact.resources.find((each) => each.id === id);
      if (resource !== undefined) return [{ path, resource }];
      const nested = fact.nested.find((each) => each.id === id);
      const file = nested === undefined ? null : this.#child(directoryOf(path), nested.template);
      const child = file === null ? null : this.#moduleOf(file);
      if (child === null) continue;
      return this.#filesOf(child).flatMap((file) =>
        (this.#byPath.get(file)?.outputs ?? [])
          .filter(({ name }) => attributes.includes(name))
          .flatMap(({ value }) => this.resolve(file, value, steps + 1)),
      );
    }
    return whole.startsWith("local.") ? this.#value(path, whole, steps) : [];
  }

  /** What those that nest the file give for a parameter. */
  #given(path: string, whole: string, steps: number): readonly Declared[] {
    return this.#parentsOf(path).flatMap(({ path: parent, parameters }) => {
      const words = whole.split(".");
      const counts = words
        .map((_, index) => index + 1)
        .slice(0, MOST_WORDS)
        .toReversed();
      const count = counts.find((length) => (parameters.get(words.slice(0, length).join(".")) ?? null) !== null);
      if (count === undefined) return [];
      return this.resolve(parent, withRest(parameters.get(words.slice(0, count).join("."))!, words.slice(count).join(".")), steps + 1);
    });
  }

  #parentsOf(path: string): readonly { readonly path: string; readonly parameters: ReadonlyMap<string, string | null> }[] {
    const directory = this.#byPath.get(path)?.wholeDirectory === true ? this.#parents.get(directoryOf(path)) : undefined;
    return [...(this.#parents.get(path) ?? []), ...(directory ?? [])];
  }

  /** The longest of the names that the file gives a value; for `local.queues.*` every name of that kind. */
  #value(path: string, whole: string, steps: number): readonly Declared[] {
    const values = this.#byPath.get(path)?.values ?? [];
    if (whole.includes(".*")) {
      const [before = "", after = ""] = whole.split("*");
      const isOne = (name: string): boolean => name.startsWith(before) && name.slice(before.length).replace(/^[^.]+/, "") === after;
      return values.filter(({ name }) => isOne(name)).flatMap(({ value }) => this.resolve(path, value, steps + 1));
    }
    const fitting = values
      .filter(({ name }) => whole === name || whole.startsWith(`${name}.`))
      .sort((one, other) => other.name.length - one.name.length);
    // Parameters of several functions may have one name.
    return fitting
      .filter(({ name }) => name === fitting[0]!.name)
      .flatMap(({ name, value }) => this.resolve(path, withRest(value, whole.slice(name.length + 1)), steps + 1));
  }

  /** The file of a nested template. A build writes the outer one a directory deeper, and paths are relative to where it then is. */
  #child(directory: string, template: string): string | null {
    const written = joined(directory, template);
    const child = written === null ? null : this.#existing(written);
    if (child !== null && this.#filesOf(child).length > 0) return child;
    const built = template.startsWith("../") ? joined(directory, template.slice("../".length)) : null;
    return built !== null && this.#byPath.has(built) ? built : child;
  }

  /** The Terraform that a file of Terragrunt applies; any other file itself. */
  #moduleOf(path: string): string | null {
    const own = this.#byPath.get(path)?.nested.find(({ id }) => id === OWN_MODULE);
    return own === undefined ? path : this.#child(directoryOf(path), own.template);
  }

  /** Imports of code leave out how the file's name ends. */
  #existing(child: string): string {
    return (
      ["", ".ts", "/index.ts", ".mts", ".js", "/index.js"].map((ending) => child + ending).find((path) => this.#byPath.has(path)) ?? child
    );
  }

  #filesOf(child: string): readonly string[] {
    return this.#byPath.has(child) ? [child] : (this.#directories.get(child) ?? []);
  }

  /** The last part of an ARN or URL, or a name alone. */
  #named(path: string, reference: string, steps: number): readonly Declared[] {
    const holes: string[] = [];
    const masked = reference.replace(/\$\{[^}]*\}/g, (hole) => `\u0001${holes.push(hole) - 1}\u0002`);
    const last = masked
      .slice(Math.max(masked.lastIndexOf(":"), masked.lastIndexOf("/")) + 1)
      .replace(/\u0001(\d+)\u0002/g, (_, index: string) => holes[Number(index)] ?? "");
    if (/^\$\{[^}]+\}$/.test(last)) return last === reference ? [] : this.resolve(path, last, steps + 1);
    const found = this.#byName.get(last) ?? [];
    const near = found.filter((each) => each.path === path || this.#joined.get(path)?.has(each.path) === true);
    return near.length > 0 ? near : found;
  }

  /** The output of another stack; of several with one name it cannot be told which stack is meant. */
  #output(name: string, steps: number): readonly Declared[] {
    const found = this.all.flatMap(({ path, fact }) =>
      fact.outputs.filter((each) => each.name === name).map(({ value }) => ({ path, value })),
    );
    return found.length === 1 ? this.resolve(found[0]!.path, found[0]!.value, steps + 1) : [];
  }

  #imported(name: string, steps: number): readonly Declared[] {
    return this.all.flatMap(({ path, fact }) =>
      fact.outputs
        .filter(({ exported }) => exported !== null && areOne(exported, name))
        .flatMap(({ value }) => this.resolve(path, value, steps + 1)),
    );
  }

  #add({ path, fact }: Template): void {
    const directory = directoryOf(path);
    for (const { template, parameters } of fact.nested) {
      const child = this.#child(directory, template);
      if (child === null) continue;
      const parents = this.#parents.get(child) ?? [];
      parents.push({ path, parameters: new Map(parameters.map(({ name, value }) => [name, value])) });
      this.#parents.set(child, parents);
    }
    const beside = fact.wholeDirectory ? (this.#directories.get(directory) ?? []).filter((other) => other !== path) : [];
    if (beside.length > 0) this.#joined.set(path, new Set(beside));
    const together = [path, ...fact.includes.flatMap((include) => joined(directory, include) ?? [])];
    if (together.length > 1) {
      for (const one of together)
        this.#joined.set(one, new Set([...(this.#joined.get(one) ?? []), ...together.filter((other) => other !== one)]));
    }
    for (const resource of fact.resources) {
      if (resource.name !== null && !UNCALLED.has(resource.kind))
        this.#byName.set(resource.name, [...(this.#byName.get(resource.name) ?? []), { path, resource }]);
    }
  }
}

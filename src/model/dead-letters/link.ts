import { SUBQUEUE, type CloudResource, type CloudUse } from "../../facts/deployment.js";
import { channelNames } from "../cloud-channels/link.js";
import type { CodeDeadLetters, DeadLetterTarget } from "../dead-letters.js";
import { joinTargets } from "../effects/dead-letters.js";
import type { Evidence } from "../evidence.js";
import { byText, directoryOf, lastSegment } from "../paths.js";
import type { LinkedServices } from "../services/link.js";
import { keyOf, type Declared, type Templates } from "./templates.js";

/** Where failed messages go, by what templates and code say, with who takes care of them. Sorted by name. */
export function linkDeadLetters(templates: Templates, { directory }: LinkedServices, code: CodeDeadLetters): readonly DeadLetterTarget[] {
  const inCode = channelNames(templates);
  const drafts = new Map<string, Draft>();
  const serviceOf = (path: string): readonly string[] => [directory.serviceOf(path)].flatMap((service) => service ?? []);
  for (const { path, fact } of templates.all) {
    for (const { from, target, lines } of fact.failures) {
      for (const declared of templates.resolve(path, target).filter(canHold)) {
        const evidence: Evidence = { path, ...lines, kind: "deployment", note: `what fails in ${from} goes to ${declared.resource.id}` };
        const draft = drafts.get(keyOf(declared)) ?? new Draft(declared, inCode.get(keyOf(declared)) ?? null);
        drafts.set(keyOf(declared), draft);
        const isUnread =
          fact.consumersInCode && fact.resources.some(({ id, kind }) => id === from && kind === "queue") && !code.taken.has(from);
        draft.sends(from, evidence, [...serviceOf(path), ...serviceOf(declared.path)], {
          isOpen: templates.isOpen(path) || templates.isOpen(declared.path),
          isUnread,
          isSure: !fact.consumersInCode,
        });
      }
    }
  }
  for (const { path, fact } of templates.all) {
    for (const use of fact.uses) {
      for (const declared of templates.resolve(path, use.target)) drafts.get(keyOf(declared))?.isUsed(use, { path, ...use.lines }, code);
    }
  }
  const exported = new Set<string>();
  for (const { path, fact } of templates.all) {
    const isRoot = fact.wholeDirectory && !templates.isNested(path);
    for (const { value } of fact.outputs.filter((output) => isRoot || output.exported !== null)) {
      for (const declared of templates.resolve(path, value)) {
        exported.add(keyOf(declared));
        if (isRoot && /(?:^|\/)modules?\//.test(path)) drafts.get(keyOf(declared))?.isHandedOn();
      }
    }
  }
  const found = named(
    [...drafts]
      .sort(([one], [other]) => byText(one, other))
      .map(([key, draft]) => ({ draft, target: draft.write(code, exported.has(key)) })),
  );
  return withCode(found, code).sort((a, b) => byText(a.name, b.name));
}

/** The physical name as far as it is literal. Ids of Terraform are words like `dlq` in every directory, and say nothing alone. */
function nameOf({ path, resource: { id, name } }: Declared): string {
  if (name !== null && !/[${}]/.test(name)) return name;
  if (!id.includes(".")) return id;
  const left = (name ?? "").replace(/\$\{[^}]*\}/g, "").replace(/^[-_./]+|[-_./]+$/g, "");
  return left === "" || /^(?:dlq|dlt|dead|dead[-_]?letters?)$/i.test(left)
    ? `${lastSegment(directoryOf(path))}/${id.slice(id.indexOf(".") + 1)}`
    : left;
}

type Holder = Declared & { readonly resource: { readonly kind: Exclude<CloudResource["kind"], "rule" | "stream" | "table"> } };

function canHold(declared: Declared): declared is Holder {
  return !["rule", "stream", "table"].includes(declared.resource.kind);
}

/** One target as its uses come in. */
class Draft {
  readonly declared: Holder;
  /** As code that finds it by a variable speaks of it. */
  readonly #inCode: string | null;
  /** Variables that hold its address: code knows it by them. */
  readonly #variables = new Set<string>();
  readonly #sources = new Set<string>();
  readonly #services = new Set<string>();
  readonly #sending: Evidence[] = [];
  readonly #handled: Evidence[] = [];
  readonly #watched: Evidence[] = [];
  #isOpen = false;
  /** Nothing that was read takes from the queues before it either, so that their consumers are in code that is not read. */
  #isUnread = true;
  #isSure = true;
  /** Someone has its address, and what they do with it was not seen. */
  #isHeld = false;
  /** A subscription keeps what comes to it, and who asks for that was not seen. */
  #isKept = false;
  #isHandedOn = false;

  constructor(declared: Holder, inCode: string | null) {
    this.declared = declared;
    this.#inCode = inCode;
  }

  sends(
    from: string,
    evidence: Evidence,
    services: readonly string[],
    { isOpen, isUnread, isSure }: { readonly isOpen: boolean; readonly isUnread: boolean; readonly isSure: boolean },
  ): void {
    this.#sources.add(from);
    this.#isUnread &&= isUnread;
    this.#isSure &&= isSure;
    this.#sending.push(evidence);
    for (const service of services) this.#services.add(service);
    this.#isOpen ||= isOpen;
  }

  /** Whether code calls it so. */
  isCalled(name: string): boolean {
    return this.#variables.has(name) || this.#inCode === name;
  }

  /** Its module is used by other repositories, if by any. */
  isHandedOn(): void {
    this.#isHandedOn = true;
  }

  isUsed(
    { kind, from, variable }: Pick<CloudUse, "kind" | "from" | "variable">,
    place: { readonly path: string; readonly startLine: number; readonly endLine: number },
    code: CodeDeadLetters,
  ): void {
    const { id } = this.declared.resource;
    if (kind === "takes") this.#handled.push({ ...place, kind: "deployment", note: `${from} takes messages from ${id}` });
    else if (kind === "watches") this.#watched.push({ ...place, kind: "deployment", note: `${from} tells of messages in ${id}` });
    else if (kind === "keeps") {
      const taken = variable === null ? undefined : code.taken.get(variable);
      if (taken === undefined) this.#isKept = true;
      else this.#handled.push(taken, { ...place, kind: "deployment", note: `${from} keeps what comes to ${id}` });
    } else if (variable !== null) {
      const name = `\${${variable}}`;
      this.#variables.add(name);
      const names = this.#inCode === null ? [name] : [name, this.#inCode];
      const taken = names.map((one) => code.taken.get(one)).find((each) => each !== undefined);
      if (taken !== undefined) this.#handled.push(taken, { ...place, kind: "deployment", note: `${from} knows ${id} as ${variable}` });
      else if (!names.some((one) => code.filled.has(one))) this.#isHeld = true;
    }
  }

  write(code: CodeDeadLetters, isExported: boolean): DeadLetterTarget {
    const { path, resource } = this.declared;
    const name = nameOf(this.declared);
    const declaration: Evidence = { path, ...resource.lines, kind: "deployment", note: `declares ${resource.id}` };
    const inCode = code.taken.get(name) ?? (this.#inCode === null ? undefined : code.taken.get(this.#inCode));
    // What the deployment says of it is known from there.
    const isNews = inCode !== undefined && (inCode.kind === "code" || this.#handled.length === 0);
    const handled = [...this.#handled, ...(isNews ? [inCode] : []), ...(resource.kind === "function" ? [declaration] : [])];
    // Code that knows the queue by a variable alone.
    const isRead =
      resource.id.endsWith(SUBQUEUE) && [...code.taken.keys()].some((taken) => taken.includes("${") && taken.endsWith(SUBQUEUE));
    const reason = this.#isUnread
      ? "its queues are read by code that is not read here"
      : this.#isHandedOn
        ? "its module gives its address to those who use it"
        : this.#isOpen
          ? "some functions are in files that are put in"
          : this.#isHeld || isRead
            ? "a variable holds its address"
            : this.#isKept
              ? "a subscription keeps its messages for whoever asks"
              : null;
    return {
      name,
      kind: resource.kind,
      sources: [...this.#sources].sort(),
      services: [...this.#services].sort(),
      evidence: resource.kind === "function" ? this.#sending : [...this.#sending, declaration],
      handled,
      watched: this.#watched,
      isSqs: resource.kind === "queue" && this.#isSure && !resource.id.startsWith("azurerm_"),
      undecided: handled.length === 0 ? reason : null,
      confidence: isExported || !this.#isSure ? "medium" : "high",
    };
  }
}

interface Found {
  readonly draft: Draft;
  readonly target: DeadLetterTarget;
}

/** Equal names get a number in order of path. */
function named(all: readonly Found[]): readonly Found[] {
  const counts = new Map<string, number>();
  return all.map(({ draft, target }) => {
    const count = (counts.get(target.name) ?? 0) + 1;
    counts.set(target.name, count);
    return { draft, target: count === 1 ? target : { ...target, name: `${target.name}#${count}` } };
  });
}

/** Adds what only code says; a queue that both know is one target. */
function withCode(found: readonly Found[], code: CodeDeadLetters): DeadLetterTarget[] {
  const targets = found.map(({ target }) => target);
  for (const one of code.targets) {
    const index = found.findIndex(({ draft, target }) => target.name === one.name || draft.isCalled(one.name));
    if (index < 0) targets.push(one);
    else targets[index] = joinTargets(targets[index]!, one);
  }
  return targets;
}

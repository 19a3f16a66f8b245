import type { Comparison, FunctionSummary, TypeRef } from "../../facts/source.js";
import type { ServiceCall } from "../code.js";
import type { ClassRef, SourceFile } from "../code/denotation.js";
import type { Place } from "../evidence.js";
import { wordsOf } from "../identity.js";
import type { BusinessPart } from "../shared-libraries.js";
import type { CallSites, DirectSite } from "./direct.js";
import type { Evaluation } from "./evaluate.js";
import { handlersOfCommands, isGuardPath, isTechnical, isTechnicalPath, STEM, TABLE_MAKERS } from "./business-words.js";
import type { Linking } from "./linking.js";
import { isEntity } from "./references.js";
import { placeOf } from "./sites.js";
import { literalOf } from "./values.js";

/** Something of the business in a file of a library. */
export interface FoundPart {
  readonly kind: BusinessPart["kind"];
  readonly name: string;
  readonly file: SourceFile;
  readonly place: Place;
  readonly note: string;
}

/** Finds in library code what belongs to some service: its tables, its decisions, and how it is asked. */
export class BusinessParts {
  readonly #linking: Linking;
  readonly #sites: CallSites;
  readonly #direct: readonly DirectSite[];
  readonly #evaluation: Evaluation;
  readonly #calls: readonly ServiceCall[];
  /** Names that own files declare: a type parameter is none. */
  readonly #declared: ReadonlySet<string>;
  readonly #enums: ReadonlySet<string>;
  /** What the business is about, as services and entities are called. */
  readonly #nouns: ReadonlySet<string>;

  constructor(linking: Linking, sites: CallSites, direct: readonly DirectSite[], evaluation: Evaluation, calls: readonly ServiceCall[]) {
    this.#linking = linking;
    this.#sites = sites;
    this.#direct = direct;
    this.#evaluation = evaluation;
    this.#calls = calls;
    const { program, services } = linking;
    const types = program.files.flatMap(({ fact }) => fact.types);
    const classes = program.classes();
    this.#declared = new Set([...classes.map(({ summary }) => summary.name), ...types.map(({ name }) => name)]);
    this.#enums = new Set(types.filter(({ kind }) => kind === "enum").map(({ name }) => name));
    const entities = classes.filter((of) => isEntity(of, linking)).map(({ summary }) => summary.name);
    this.#nouns = new Set(
      [...services.services.flatMap(({ name }) => wordsOf(name)), ...entities.flatMap(wordsOf)]
        .map(singular)
        .filter((word) => word.length > 2 && !isTechnical(word)),
    );
  }

  /** One per thing, in order of path. */
  all(): readonly FoundPart[] {
    const files = this.#linking.program.files.filter(({ service, path }) => service === null && !this.#linking.isBrowser(path));
    const parts = [...files.flatMap((file) => this.#declaredIn(file)), ...this.#repositories(), ...this.#clients()];
    const holding = new Set(parts.map(({ file, name }) => `${file.path} ${name}`));
    // Who stores orders decides about them too: that is one thing.
    return [
      ...parts,
      ...files.flatMap((file) => this.#decisions(file)).filter(({ file, name }) => !holding.has(`${file.path} ${name.split(".")[0]!}`)),
    ];
  }

  #declaredIn(file: SourceFile): readonly FoundPart[] {
    const classes = file.fact.classes.flatMap((summary): readonly FoundPart[] => {
      const of: ClassRef = { file, summary };
      const place = { path: file.path, startLine: summary.lines.startLine, endLine: summary.lines.startLine };
      if (isEntity(of, this.#linking))
        return summary.abstract || isTechnical(summary.name)
          ? []
          : [{ kind: "entity", name: summary.name, file, place, note: `the entity ${summary.name}` }];
      if (this.#storesOwn(of))
        return [{ kind: "repository", name: summary.name, file, place, note: `${summary.name} reads and writes tables` }];
      if (summary.decorators.some((decorator) => handlersOfCommands(this.#linking.program.decorator(decorator, file))))
        return [{ kind: "command-handler", name: summary.name, file, place, note: `${summary.name} carries out commands` }];
      return this.#isDomainService(of)
        ? [{ kind: "domain-service", name: summary.name, file, place, note: `${summary.name} decides about the business` }]
        : [];
    });
    return [...classes, ...this.#models(file)];
  }

  /** `class OrderRepository extends Repository<Order>`. */
  #storesOwn(of: ClassRef): boolean {
    const base = this.#linking.program.libraryBase(of);
    if (base === null || !/^(typeorm|@mikro-orm\/.*)$/.test(base.module) || !/Repository#?$/.test(base.path)) return false;
    return of.summary.extendsArgs.some(({ name }) => this.#isOwnName(name));
  }

  /** `export const Order = model("Order", schema)`, `export const orders = pgTable("orders", …)`. */
  #models(file: SourceFile): readonly FoundPart[] {
    if (!file.fact.imports.some(({ module }) => TABLE_MAKERS.some(({ modules }) => modules.test(module)))) return [];
    return file.fact.exports.flatMap(({ exported, value, from }): readonly FoundPart[] => {
      if (from !== null || value === null || exported === "*" || exported === "=") return [];
      const found = this.#linking.program.exported(file, exported);
      if (
        found.kind !== "library" ||
        !TABLE_MAKERS.some(({ modules, path }) => modules.test(found.path.module) && path.test(found.path.path))
      )
        return [];
      const last = found.path.calls.at(-1);
      const [first] = last?.args ?? [];
      const name =
        (last === undefined || first === undefined ? null : literalOf(this.#linking.program.denote(first, last.scope, last.place))) ??
        exported;
      if (isTechnical(name)) return [];
      const place = last?.place ?? { path: file.path, startLine: 1, endLine: 1 };
      return [{ kind: "entity", name, file, place: { ...place, endLine: place.startLine }, note: `the model ${name}` }];
    });
  }

  /** Classes and functions that read or write certain tables themselves. */
  #repositories(): readonly FoundPart[] {
    const found = new Map<string, { readonly part: FoundPart; readonly tables: Set<string> }>();
    for (const site of this.#direct) {
      const { file } = site.at;
      if (file.service !== null || site.known.knowledge.kind !== "database") continue;
      const [effect] = this.#evaluation.evaluate(site, this.#sites.scope(site.at), null);
      const table = effect === undefined || effect.kind === "transaction" ? null : effect.operation;
      // A guard looks its user up: whom it lets in is no decision of the business.
      if (effect?.kind === "db-read" && isGuardPath(file.path)) continue;
      if (table === null || !(this.#isOwnName(table) || /^[a-z]/.test(table)) || isTechnical(table)) continue;
      const name = holderName(site.at);
      // What an entity does for itself belongs to it.
      if (isTechnical(name) || file.fact.classes.some((summary) => isEntity({ file, summary }, this.#linking))) continue;
      const key = `${file.path} ${name}`;
      const known = found.get(key) ?? {
        part: { kind: "repository" as const, name, file, place: placeOf(site.at), note: "" },
        tables: new Set<string>(),
      };
      found.set(key, known);
      known.tables.add(table);
    }
    return [...found.values()].map(({ part, tables }) => ({
      ...part,
      note: `${part.name} works on ${[...tables].sort().slice(0, 3).join(", ")}`,
    }));
  }

  #isOwnName(name: string): boolean {
    return this.#declared.has(name) && !isTechnical(name);
  }

  /** Calls of services whose operation is written in the library: a wrapper of `fetch` gets it from whoever uses it. */
  #clients(): readonly FoundPart[] {
    const found = new Map<string, FoundPart>();
    const sites = new Map(
      this.#direct
        .filter(({ at, known }) => at.file.service === null && known.knowledge.kind === "call")
        .map((site) => [keyOf(placeOf(site.at)), site]),
    );
    for (const { place, to, from, operation } of this.#calls) {
      const site = sites.get(keyOf(place));
      if (site === undefined || to.kind !== "service" || isTechnicalPath(site.at.file.path)) continue;
      const own = this.#evaluation.evaluate(site, this.#sites.scope(site.at), from);
      if (!own.some((effect) => effect.operation === operation) || /^\w* ?\/?$/.test(operation)) continue;
      const name = holderName(site.at);
      if (isTechnical(name)) continue;
      const key = `${site.at.file.path} ${name}`;
      if (!found.has(key))
        found.set(key, { kind: "service-client", name, file: site.at.file, place, note: `${name} calls ${operation} of ${to.service}` });
    }
    return [...found.values()];
  }

  /** A class called after the business that asks for states: `OrderPolicy`, `PaymentService`. */
  #isDomainService({ file, summary }: ClassRef): boolean {
    if (
      !/(Service|UseCase|Interactor|Policy|Calculator|Specification|Aggregate|Rules|StateMachine)$/.test(summary.name) ||
      isTechnical(summary.name) ||
      isTechnicalPath(file.path)
    )
      return false;
    if (!wordsOf(summary.name).some((word) => this.#nouns.has(singular(word)))) return false;
    return summary.methods.some(({ function: id }) => {
      const method = file.fact.functions[id];
      return method !== undefined && method.comparisons.some((comparison) => this.#asksForState(comparison, method));
    });
  }

  /** Functions that decide by a state of the business. */
  #decisions(file: SourceFile): readonly FoundPart[] {
    if (isTechnicalPath(file.path)) return [];
    return file.fact.functions.flatMap((fn): readonly FoundPart[] => {
      const owner = fn.class === null ? undefined : file.fact.classes[fn.class];
      if (
        fn.name === "(module)" ||
        isTechnical(owner?.name ?? "") ||
        (owner !== undefined && this.#isDomainService({ file, summary: owner }))
      )
        return [];
      const comparison = fn.comparisons.find((each) => this.#asksForState(each, fn));
      if (comparison === undefined) return [];
      return [
        {
          kind: "branch",
          name: fn.name,
          file,
          place: { path: file.path, startLine: comparison.line, endLine: comparison.line },
          note: `${fn.name} decides by ${textOf(comparison)}`,
        },
      ];
    });
  }

  #asksForState({ constant, subject, operator }: Comparison, fn: FunctionSummary): boolean {
    if (operator === "starts") return false;
    if (constant.kind === "member" && constant.object.kind === "name") {
      const { name } = constant.object;
      return this.#enums.has(name) && STEM.test(name) && !isTechnical(name);
    }
    if (constant.kind !== "text" || subject.kind !== "member" || subject.object.kind !== "name" || !STEM.test(subject.property))
      return false;
    const root = subject.object.name;
    const type: TypeRef | null = fn.parameters.find(({ name, property }) => name === root && property === null)?.type ?? null;
    return (
      type !== null &&
      !/(Event|Message|Error|Request|Response|Dto|Payload)$/.test(type.name) &&
      wordsOf(type.name).some((word) => this.#nouns.has(singular(word)))
    );
  }
}

function keyOf({ path, startLine, endLine }: Place): string {
  return `${path}:${startLine}-${endLine}`;
}

/** The class, else the outermost function. */
function holderName({ file, summary }: { readonly file: SourceFile; readonly summary: FunctionSummary }): string {
  const owner = summary.class === null ? undefined : file.fact.classes[summary.class];
  return owner?.name ?? (summary.name === "(module)" ? (file.path.split("/").at(-1) ?? "") : summary.name.split(".")[0]!);
}

function textOf({ subject, constant }: Comparison): string {
  if (constant.kind === "member" && constant.object.kind === "name") return `${constant.object.name}.${constant.property}`;
  return subject.kind === "member" ? subject.property : "a state";
}

function singular(word: string): string {
  return word.replace(/ies$/, "y").replace(/s$/, "");
}

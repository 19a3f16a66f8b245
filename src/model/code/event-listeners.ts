import type { ClassSummary, FunctionSummary } from "../../facts/source.js";
import { append } from "../fact-table.js";
import type { Callee, ClassRef, Denotation, Invocation, LibraryPath } from "./denotation.js";
import { barePath, withinReach, type Linker } from "./linker.js";
import { invocationOf } from "./scopes.js";

/** Names of the methods that announce an event in the process. */
export const ANNOUNCING: readonly string[] = ["publish", "publishAll", "apply", "emit", "emitAsync"];

const BUS = /^(?:EventBus#(?:publish|publishAll)|AggregateRoot#apply)$/;
const EMITTER = /^EventEmitter2#(?:emit|emitAsync)$/;

/** Whether the decorators of a method or of its class may make it a listener. */
export function isListener(owner: ClassSummary, method: FunctionSummary): boolean {
  return method.decorators.some(isOnEvent) || (owner.decorators.some(isEventsHandler) && method.name.endsWith(".handle"));
}

/**
 * Who listens to what is announced inside a process: `@EventsHandler(OrderPlaced)` to `eventBus.publish(new OrderPlaced(…))`
 * and to `apply` of an aggregate, `@OnEvent("order.placed")` to `emitter.emit("order.placed", order)`.
 */
export class EventListeners {
  readonly #linker: Linker;
  readonly #byClass = new Map<ClassRef, ClassRef[]>();
  readonly #byName = new Map<string, Method[]>();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  read(): void {
    for (const of of this.#linker.classes()) {
      for (const decorator of of.summary.decorators.filter(isEventsHandler)) {
        if (this.#linker.decorator(decorator, of.file)?.module !== "@nestjs/cqrs") continue;
        for (const arg of decorator.args) {
          const event = this.#linker.denote(arg, this.#linker.moduleScope(of.file));
          if (event.kind === "class") append(this.#byClass, event.class, of);
        }
      }
      if (of.file.outline.decorated) this.#readMethods(of);
    }
  }

  #readMethods(of: ClassRef): void {
    for (const method of of.summary.methods) {
      for (const decorator of of.file.fact.functions[method.function]?.decorators.filter(isOnEvent) ?? []) {
        const [arg] = decorator.args;
        if (arg === undefined || this.#linker.decorator(decorator, of.file)?.module !== "@nestjs/event-emitter") continue;
        const name = nameOf(this.#linker.denote(arg, this.#linker.moduleScope(of.file)));
        if (name !== null) append(this.#byName, name, { file: of.file, of, name: method.name });
      }
    }
  }

  /** What a call of a bus or an emitter tells; empty for any other call. */
  of(bus: LibraryPath, { args, scope, place }: Invocation): readonly Callee[] {
    const [first, ...others] = args;
    if (first === undefined) return [];
    const path = barePath(bus);
    if (bus.module === "@nestjs/cqrs" && BUS.test(path)) {
      return this.#linker
        .argumentsOf([first], scope)
        .flatMap(({ value, scope: from }) => this.#events(this.#linker.denote(value, from, place)))
        .flatMap((event) => withinReach(this.#byClass.get(event) ?? [], scope.file))
        .flatMap((of) => this.#entered({ file: of.file, of, name: "handle" }, invocationOf([first], scope, place)));
    }
    if (!/^(?:@nestjs\/event-emitter|eventemitter2)$/.test(bus.module) || !EMITTER.test(path)) return [];
    const name = nameOf(this.#linker.denote(first, scope, place));
    const listening = name === null ? [] : withinReach(this.#byName.get(name) ?? [], scope.file);
    return listening.flatMap((method) => this.#entered(method, invocationOf(others, scope, place)));
  }

  /** The classes of what is announced: one event, or a list of them. */
  #events(value: Denotation): readonly ClassRef[] {
    if (value.kind === "instance") return [value.class];
    return value.kind === "array" ? value.items.flatMap((item) => this.#events(this.#linker.denote(item, value.scope))) : [];
  }

  #entered({ of, name }: Method, invocation: Invocation): readonly Callee[] {
    const method = this.#linker.instanceMember({ class: of, construction: null }, name);
    return method.kind === "function" ? [this.#linker.enter(method, invocation)] : [];
  }
}

interface Method {
  readonly file: ClassRef["file"];
  readonly of: ClassRef;
  readonly name: string;
}

function isEventsHandler({ name }: { readonly name: string }): boolean {
  return /(?:^|\.)EventsHandler$/.test(name);
}

function isOnEvent({ name }: { readonly name: string }): boolean {
  return /(?:^|\.)OnEvent$/.test(name);
}

/** The name of an event, if it is known whole. */
function nameOf(value: Denotation): string | null {
  if (value.kind !== "text") return null;
  const parts = value.parts.map((part) => (part.kind === "literal" ? part.text : null));
  return parts.includes(null) ? null : parts.join("");
}

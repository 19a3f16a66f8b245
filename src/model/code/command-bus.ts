import type { ClassRef, Denotation, Invocation, LibraryPath } from "./denotation.js";
import { barePath, withinReach, type Linker } from "./linker.js";

const HANDLER = /^(Command|Query)Handler$/;
const EXECUTE = /^(Command|Query)Bus#execute$/;

/**
 * Nest's command and query buses: `execute(new CreateOrder(…))` is a call of the `execute` of the class that is
 * decorated with `@CommandHandler(CreateOrder)`. Events have listeners instead, for whom nobody waits: see `event-listeners.ts`.
 */
export class CommandBus {
  readonly #linker: Linker;
  readonly #handlers = new Map<ClassRef, ClassRef[]>();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  read(): void {
    for (const handler of this.#linker.classes()) {
      for (const decorator of handler.summary.decorators) {
        const [message] = decorator.args;
        if (message === undefined || !decorator.name.endsWith("Handler")) continue;
        const library = this.#linker.decorator(decorator, handler.file);
        if (library?.module !== "@nestjs/cqrs" || !HANDLER.test(barePath(library))) continue;
        const handled = this.#linker.denote(message, this.#linker.moduleScope(handler.file));
        if (handled.kind === "class") this.#add(handled.class, handler);
      }
    }
  }

  /** The methods that a call of a bus runs; empty for any other call. */
  handlers(bus: LibraryPath, { args, scope, place }: Invocation): readonly Denotation[] {
    const [arg] = args;
    if (bus.module !== "@nestjs/cqrs" || arg === undefined || !EXECUTE.test(barePath(bus))) return [];
    const message = this.#linker.denote(arg, scope, place);
    if (message.kind !== "instance") return [];
    const handlers = withinReach(this.#handlers.get(message.class) ?? [], scope.file);
    return handlers.map((one) => this.#linker.instanceMember({ class: one, construction: null }, "execute"));
  }

  #add(message: ClassRef, handler: ClassRef): void {
    const list = this.#handlers.get(message);
    if (list === undefined) this.#handlers.set(message, [handler]);
    else list.push(handler);
  }
}

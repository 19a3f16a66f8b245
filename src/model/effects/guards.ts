import type { Decorator } from "../../facts/source.js";
import type { ClassRef, Denotation, Program, Scope } from "../code/denotation.js";
import { canonicalPath } from "../libraries/patterns.js";
import { calleeName, functionKey, type FunctionAt } from "./sites.js";

const USE_GUARDS = "UseGuards";

/** What is asked before a handler runs: `@UseGuards(AuthGuard)` on a method or its class, also in a decorator of the team's own. */
export class Guards {
  readonly #program: Program;
  readonly #known = new Map<number, readonly FunctionAt[]>();
  readonly #byClass = new Map<ClassRef["summary"], readonly FunctionAt[]>();

  constructor(program: Program) {
    this.#program = program;
  }

  /** The functions that let a request through to this one. */
  of(at: FunctionAt): readonly FunctionAt[] {
    const { file, summary } = at;
    const owner = summary.class === null ? undefined : file.fact.classes[summary.class];
    if (owner === undefined || file.service === null || summary.decorators.length === 0) return [];
    const key = functionKey(at);
    let found = this.#known.get(key);
    if (found === undefined) {
      const scope = this.#program.scopeOf(file, file.fact.functions[0]!);
      found = [...this.#ofClass({ file, summary: owner }, scope), ...summary.decorators.flatMap((one) => this.#in(one, scope))];
      this.#known.set(key, found);
    }
    return found;
  }

  #ofClass({ summary }: ClassRef, scope: Scope): readonly FunctionAt[] {
    let found = this.#byClass.get(summary);
    if (found === undefined) this.#byClass.set(summary, (found = summary.decorators.flatMap((one) => this.#in(one, scope))));
    return found;
  }

  #in({ name, args }: Decorator, scope: Scope): readonly FunctionAt[] {
    const value = this.#program.denote({ kind: "name", name }, scope);
    if (value.kind === "library")
      return value.path.module === "@nestjs/common" && canonicalPath(value.path.path) === USE_GUARDS
        ? args.flatMap((arg) => this.#asked(this.#program.denote(arg, scope)))
        : [];
    // `const Auth = () => applyDecorators(UseGuards(AuthGuard), …)`
    return this.#program
      .calleesOf(value)
      .flatMap(({ function: fn, scope: inside }) =>
        fn.summary.calls
          .filter(({ callee }) => calleeName(callee) === USE_GUARDS)
          .flatMap(({ args: guards }) => guards.flatMap((guard) => this.#asked(this.#program.denote(guard, inside)))),
      );
  }

  #asked(guard: Denotation): readonly FunctionAt[] {
    if (guard.kind !== "class" && guard.kind !== "instance") return [];
    const method = this.#program.method(guard.class, "canActivate");
    return method === null ? [] : [method];
  }
}

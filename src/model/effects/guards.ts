import type { Decorator } from "../../facts/source.js";
import type { ClassRef, Denotation, Program, SourceFile } from "../code/denotation.js";
import { canonicalPath } from "../libraries/patterns.js";
import { functionKey, type FunctionAt } from "./sites.js";

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
      found = [...this.#ofClass({ file, summary: owner }), ...summary.decorators.flatMap((one) => this.#in(one, file))];
      this.#known.set(key, found);
    }
    return found;
  }

  #ofClass({ file, summary }: ClassRef): readonly FunctionAt[] {
    let found = this.#byClass.get(summary);
    if (found === undefined) this.#byClass.set(summary, (found = summary.decorators.flatMap((one) => this.#in(one, file))));
    return found;
  }

  /** Also of `const Auth = () => applyDecorators(UseGuards(AuthGuard), …)`. */
  #in(decorator: Decorator, file: SourceFile): readonly FunctionAt[] {
    return this.#program
      .decorations(decorator, file)
      .filter(({ library }) => library.module === "@nestjs/common" && canonicalPath(library.path) === USE_GUARDS)
      .flatMap(({ args, scope }) => args.flatMap((arg) => this.#asked(this.#program.denote(arg, scope))));
  }

  #asked(guard: Denotation): readonly FunctionAt[] {
    if (guard.kind !== "class" && guard.kind !== "instance") return [];
    const method = this.#program.method(guard.class, "canActivate");
    return method === null ? [] : [method];
  }
}

import type { Config } from "../../../src/config/config.js";
import { defaultConfig } from "../../../src/config/settings.js";
import { gatherFacts } from "../../../src/extraction/gather.js";
import { buildModel } from "../../../src/model/build.js";
import type { CodeFunction, Effect, ServiceCall } from "../../../src/model/code.js";
import type { SystemModel } from "../../../src/model/model.js";
import { memorySnapshot } from "../../../src/snapshot/memory.js";

/** A small system: each top-level directory is a service that compose builds, with a server of its own. */
export class Shop {
  readonly model: SystemModel;

  constructor(model: SystemModel) {
    this.model = model;
  }

  /** `orders -> payments POST /charges`, for every call. */
  get calls(): readonly string[] {
    return this.model.code.calls.map((call) => `${call.from} -> ${targetOf(call)} ${call.operation}`);
  }

  call(part: string): ServiceCall {
    const found = this.model.code.calls.filter((call) => `${call.function} ${targetOf(call)} ${call.operation}`.includes(part));
    if (found.length !== 1) throw new Error(`${found.length} calls match ${part}: ${this.calls.join("; ")}`);
    return found[0]!;
  }

  function(name: string): CodeFunction {
    const found = this.model.code.functions.find((fn) => fn.id === name || fn.name === name);
    if (found === undefined) throw new Error(`no function ${name} among ${this.model.code.functions.map(({ id }) => id).join(", ")}`);
    return found;
  }

  /** `call payments POST /charges`, `db-write ? Order`, in order. */
  effects(name: string): readonly string[] {
    return this.function(name).effects.map(effectText);
  }

  effect(name: string, part: string): Effect {
    const found = this.function(name).effects.find((effect) => effectText(effect).includes(part));
    if (found === undefined) throw new Error(`no effect ${part} among ${this.effects(name).join("; ")}`);
    return found;
  }

  /** Why the only loop around the call is none that multiplies it; `multiplies` and `redundant` where it does. */
  loop(name: string): string {
    const fn = this.model.code.functions.find((each) => each.id === name || each.name === name);
    // A function without effects and entries is not in the model.
    const loops = (fn?.effects ?? [])
      .filter(({ kind }) => kind === "call")
      .flatMap(({ context }) => context.loops.filter(({ own }) => own));
    if (loops.length === 0) return "none";
    const open = loops.find(({ exempt }) => exempt === null);
    return open === undefined ? loops[0]!.exempt! : open.dependent ? "multiplies" : "redundant";
  }
}

function targetOf({ to }: ServiceCall): string {
  return to.kind === "service" ? to.service : to.kind === "external" ? `(${to.host})` : "?";
}

function effectText(effect: Effect): string {
  return `${effect.kind} ${effect.target ?? "?"} ${effect.operation ?? "?"}`;
}

const SERVER = `import { createServer } from "node:http";\ncreateServer((_, response) => response.end()).listen(3000);\n`;

/** Builds the model of a tree; services named in `others` have a server and nothing else. */
export async function shop(
  files: Readonly<Record<string, string>>,
  others: readonly string[] = ["inventory", "payments", "shipping"],
  config: Config = defaultConfig(),
): Promise<Shop> {
  const names = new Set([...others, ...Object.keys(files).flatMap((path) => (path.includes("/") ? [path.split("/")[0]!] : []))]);
  const tree: Record<string, string> = {};
  for (const name of names) {
    tree[`${name}/package.json`] = JSON.stringify({ name });
    tree[`${name}/src/server.ts`] = SERVER;
  }
  tree["docker-compose.yml"] = `services:\n${[...names].map((name) => `  ${name}:\n    build: ./${name}\n`).join("")}`;
  const [facts] = await gatherFacts([memorySnapshot({ ...tree, ...files }, { commit: "head" })], config);
  return new Shop(buildModel(facts, config));
}

/** The orders service with one file. */
export async function orders(source: string, more: Readonly<Record<string, string>> = {}): Promise<Shop> {
  return shop({ "orders/src/orders.ts": source, ...more });
}

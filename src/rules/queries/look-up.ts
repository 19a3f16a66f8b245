import type { CodeFunction, SystemCode } from "../../model/code.js";
import { grouped } from "../../model/fact-table.js";
import type { Channel, SystemModel } from "../../model/model.js";

const functions = new WeakMap<SystemCode, ReadonlyMap<string, readonly CodeFunction[]>>();
const byId = new WeakMap<SystemCode, ReadonlyMap<string, readonly CodeFunction[]>>();
const channels = new WeakMap<SystemModel["channels"], ReadonlyMap<string, readonly Channel[]>>();

/** The function with this id. */
export function functionNamed(code: SystemCode, id: string): CodeFunction | undefined {
  return listed(byId, code, code.functions, (fn) => fn.id).get(id)?.[0];
}

/** The functions of a service, by id. */
export function functionsOf({ code }: SystemModel, service: string): readonly CodeFunction[] {
  return listed(functions, code, code.functions, (fn) => fn.service).get(service) ?? [];
}

/** The channels of a name, whatever carries them. */
export function channelsNamed(model: Pick<SystemModel, "channels">, name: string): readonly Channel[] {
  return listed(channels, model.channels, model.channels, (channel) => channel.name).get(name) ?? [];
}

function listed<O extends object, T>(
  known: WeakMap<O, ReadonlyMap<string, readonly T[]>>,
  owner: O,
  all: readonly T[],
  keyOf: (one: T) => string,
): ReadonlyMap<string, readonly T[]> {
  let found = known.get(owner);
  if (found === undefined) known.set(owner, (found = grouped(all, keyOf)));
  return found;
}

import type { CodeFunction, ServiceCall } from "../../model/code.js";
import { namelessOperation } from "../../model/effects/verbs.js";
import { code } from "../words.js";

/** The identity of a finding on one call: who calls whom, from where, for what. Parameters are nameless in it. */
export function callSubject(service: string, fn: string, call: ServiceCall): readonly string[] {
  return [`service:${service}`, `function:${fn}`, `target:${targetName(call)}`, `operation:${namelessOperation(call.operation)}`];
}

/** The function's name inside its service, with the number that tells equal names apart. */
export function functionName(id: string): string {
  return id.slice(id.indexOf("/") + 1);
}

export function targetName({ to }: ServiceCall): string {
  return to.kind === "service" ? to.service : to.kind === "external" ? to.host : "*";
}

/** `POST /charges of payments`; whom it reaches alone, where it is not known for what. */
export function calledOf(call: ServiceCall): string {
  return call.operation === "" ? targetName(call) : `${call.operation} of ${targetName(call)}`;
}

export function requestOf({ operation }: ServiceCall): string {
  return operation === "" ? "a request" : code(operation);
}

/** Functions by id. */
export function functionsById(functions: readonly CodeFunction[]): ReadonlyMap<string, CodeFunction> {
  return new Map(functions.map((fn) => [fn.id, fn]));
}

/** Numbers what has the same identity: the first has none, the second is `2`. Call it in order of place. */
export class Ordinals {
  readonly #seen = new Map<string, number>();

  next(subject: readonly string[], aspect = ""): string {
    const key = JSON.stringify([subject, aspect]);
    const ordinal = (this.#seen.get(key) ?? 0) + 1;
    this.#seen.set(key, ordinal);
    return [aspect, ordinal === 1 ? "" : String(ordinal)].filter((part) => part !== "").join("#");
  }
}

import { SOME_METHOD } from "../libraries/patterns.js";
import type { Denotation, ParameterAt } from "./denotation.js";

/**
 * Whether what callers hand over is part of how the program is put together: settings, addresses, clients, services. Data
 * keeps the meaning that its type gives it. What a constructor is given is rarely data.
 */
export function isSetting(value: Denotation, { parameter, scope }: ParameterAt): boolean {
  switch (value.kind) {
    case "text":
      return value.parts.some(
        (part) => part.kind === "environment" || (part.kind === "literal" && isAddress(part.text, scope.function.name)),
      );
    case "library":
      return !value.path.declared && (parameter.type === null || parameter.type.name !== "unknown");
    case "object":
    case "instance":
    case "class":
    case "function":
      return true;
    case "choice":
      return value.options.every((one) => isSetting(one, { parameter, scope }));
    default:
      return false;
  }
}

function isAddress(text: string, name: string): boolean {
  return text.includes("://") || name.endsWith(".constructor");
}

/** What a request or a message brings is nobody's to hand on when a program starts. */
const COMES_IN = /(?:Request|Response|Reply|Toolkit|Context|NextFunction|Socket|Message|Event|Error|ObjectId|Payload)#$/;
/** Types of data, whoever hands it over. */
const DATA = /^(?:number|boolean|bigint|symbol|Date|Buffer|Error|Map|Set|\[\]|\[,\]|\||void|never|null|undefined)$/;
/** What members of a text's type are called that somebody sets. */
const SET =
  /url|uri|host|addr|endpoint|base|api|service|server|domain|origin|dsn|conn|database|broker|topic|queue|exchange|channel|stream|subject|group|app_?id/i;

/** Whether callers may know better: a declared type says what something is, and not how it was made. `name`: of a member. */
export function saysLittle(value: Denotation, name = ""): boolean {
  switch (value.kind) {
    case "unknown":
      return value.type === null || (value.type.type.name === "string" ? name === "" || SET.test(name) : !DATA.test(value.type.type.name));
    case "library":
      return value.path.declared && !COMES_IN.test(value.path.path);
    case "instance":
      return value.assumed || value.construction === null;
    case "choice":
      return value.options.every((one) => saysLittle(one, name));
    default:
      return false;
  }
}

/** Of `wrap(client.get)` and `wrap(client.post)` what both hand over: some method of the one client. */
export function someMethod(values: readonly Denotation[]): Denotation | null {
  const [first] = values;
  if (first?.kind !== "library" || !METHOD.test(first.path.path)) return null;
  const client = first.path.path.replace(METHOD, "");
  const isOfClient = (one: Denotation): boolean =>
    one.kind === "library" &&
    one.path.module === first.path.module &&
    one.path.path.replace(METHOD, "") === client &&
    one.path.calls.every((call, index) => call === first.path.calls[index]);
  return values.every(isOfClient) ? { ...first, path: { ...first.path, path: `${client}${SOME_METHOD}` } } : null;
}

const METHOD = /(?<=[.#])\w+$/;
